"""Pictures of a screen: read, kept, and compared, without a library."""

import re
import struct
import zlib


class Picture:
    """Width, height, and three bytes for each point."""

    def __init__(self, width, height, points):
        self.width, self.height, self.points = width, height, points

    @classmethod
    def of_ppm(cls, data):
        """As an emulator writes it."""
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        return cls(int(head.group(1)), int(head.group(2)), data[head.end() :])

    @classmethod
    def of_png(cls, data):
        """As `zuil-demo walkthrough` writes it: four bytes for each point, and no filter."""
        at, packed = 8, b""
        while at < len(data):
            (length,) = struct.unpack(">I", data[at : at + 4])
            kind, piece = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
            if kind == b"IHDR":
                width, height = struct.unpack(">II", piece[:8])
                if piece[8:10] != b"\x08\x06":
                    raise ValueError("not four bytes for each point")
            elif kind == b"IDAT":
                packed += piece
            at += 12 + length
        rows, stride = zlib.decompress(packed), 4 * width + 1
        if any(rows[::stride]):
            raise ValueError("with a filter")
        flat = b"".join(rows[at + 1 : at + stride] for at in range(0, len(rows), stride))
        points = bytearray(3 * width * height)
        for colour in range(3):
            points[colour::3] = flat[colour::4]
        return cls(width, height, bytes(points))

    def differs(self, other, enough=1.0):
        """Which part of the points differs; no further than `enough` is counted."""
        if (self.width, self.height) != (other.width, other.height):
            return 1.0
        stride, count, all_points = 3 * self.width, 0, self.width * self.height
        for at in range(0, len(self.points), stride):
            one, two = self.points[at : at + stride], other.points[at : at + stride]
            if one != two:
                count += sum(one[x : x + 3] != two[x : x + 3] for x in range(0, stride, 3))
                if count > enough * all_points:
                    break
        return count / all_points

    def band(self, y, height):
        """All of it from one row on, so many rows."""
        stride = 3 * self.width
        return self.points[int(y) * stride : int(y + height) * stride]

    def patch(self, x, y, width, height):
        """What is around a point."""
        stride, left = 3 * self.width, 3 * int(x - width / 2)
        rows = range(int(y - height / 2), int(y + height / 2))
        return [self.points[row * stride + left : row * stride + left + 3 * width] for row in rows]

    def row_of(self, band):
        """From which row on it looks like a band of another picture, or None."""
        stride, at = 3 * self.width, -1
        while (at := self.points.find(band, at + 1)) >= 0:
            if at % stride == 0:
                return at // stride
        return None

    def colours(self):
        """How many there are."""
        return len({self.points[at : at + 3] for at in range(0, len(self.points), 3)})

    def keep(self, path):
        """Writes it as PNG."""

        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        stride = 3 * self.width
        rows = b"".join(b"\0" + self.points[at : at + stride] for at in range(0, len(self.points), stride))
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)))
            file.write(chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
