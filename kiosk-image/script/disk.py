"""A disk with a cache that loses its power: what was not flushed is lost, all of it or some.

`disk.py FILE SOCKET [LOG]` serves a file to an emulator (NBD). What is written stays in memory, sector by sector, until the machine
flushes or the cache is full; then it is in the file. A machine that leaves properly takes nothing with it. When one is killed the
cache is lost, or some of it survives, drawn by lot: disks write in whatever order they like, 4096 bytes at once. With LOG everything that was
written and flushed is written down as well, in its order, for crash.py.

On standard input: `seed NUMBER` for what the next cut leaves, `mark WORDS` for the log. On standard output a line for each cut.
"""

import os
import random
import select
import socket
import struct
import sys

SECTOR = 512
# Sectors that a disk writes at once.
BLOCK = 8
# Sectors in the cache: 64 MB.
CACHE = (64 << 20) // SECTOR
# A range of zeros that is larger goes to the file at once.
LARGE = 8 << 20
READ, WRITE, LEAVE, FLUSH, TRIM, ZEROES = 0, 1, 2, 3, 4, 6
FORCE = 1
# There are flags; flush, force and zeros are understood.
ABILITIES = 1 | 4 | 8 | 64
INVALID = 22


def survivors(sectors, share, lot):
    """Which sectors a cut leaves: what a disk writes at once is there or not as a whole."""
    blocks = {block for block in dict.fromkeys(sector // BLOCK for sector in sectors) if lot.random() < share}
    return [sector for sector in sectors if sector // BLOCK in blocks]


class Disk:
    """What is durable, and what is not yet."""

    def __init__(self, path, log=None):
        self.file = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.file).st_size
        self.cache = {}
        self.flushes = 0
        self.log = open(log, "ab") if log else None

    def note(self, kind, at=0, data=b""):
        """In the log: one letter, where, how long, what."""
        if self.log:
            self.log.write(struct.pack(">cQI", kind, at, len(data)) + data)

    def read(self, at, length):
        data = os.pread(self.file, length, at)
        if not self.cache:
            return data
        first, data = at // SECTOR, bytearray(data)
        for sector in range(first, (at + length + SECTOR - 1) // SECTOR):
            fresh = self.cache.get(sector)
            if fresh is not None:
                place = sector * SECTOR - at
                data[place : place + SECTOR] = fresh
        return bytes(data)

    def write(self, at, data):
        self.note(b"w", at, data)
        for place in range(0, len(data), SECTOR):
            sector = (at + place) // SECTOR
            # The newest is the last one.
            self.cache.pop(sector, None)
            self.cache[sector] = data[place : place + SECTOR]
        if len(self.cache) > CACHE:
            # The oldest half goes, as in a disk that has time.
            self.store(list(self.cache)[: CACHE // 2])

    def zero(self, at, length):
        if length <= LARGE:
            self.write(at, bytes(length))
            return
        self.flush()
        self.note(b"z", at, struct.pack(">I", length))
        zeros = bytes(1 << 20)
        for place in range(at, at + length, len(zeros)):
            piece = min(len(zeros), at + length - place)
            # What is a hole already stays one.
            if os.pread(self.file, piece, place) != zeros[:piece]:
                os.pwrite(self.file, zeros[:piece], place)

    def store(self, sectors):
        """Takes sectors from the cache to the file, those side by side at once."""
        start, run = None, []
        for sector in [*sorted(sectors), -1]:
            if run and sector != start + len(run):
                os.pwrite(self.file, b"".join(run), start * SECTOR)
                run = []
            if sector >= 0:
                start = start if run else sector
                run.append(self.cache.pop(sector))

    def flush(self):
        self.flushes += 1
        self.note(b"f")
        self.store(list(self.cache))

    def loses_power(self, lot):
        """What of the cache survives, as a line for whoever cuts."""
        had, share = len(self.cache), lot.choice([0.0, 0.0, 0.5, 0.9])
        self.store(survivors(self.cache, share, lot))
        lost = len(self.cache)
        self.cache.clear()
        self.note(b"c")
        if self.log:
            self.log.flush()
        return f"cut: {had} sectors in the cache, {lost} lost, after {self.flushes} flushes"


class Gone(Exception):
    """The machine was killed."""


class Line:
    """One machine's connection."""

    def __init__(self, connection, disk, told):
        self.connection, self.disk, self.told = connection, disk, told

    def take(self, length):
        data = b""
        while len(data) < length:
            # What whoever started this has to say is heard between two requests.
            if not data:
                self.told.listen_until(self.connection)
            piece = self.connection.recv(length - len(data))
            if not piece:
                raise Gone
            data += piece
        return data

    def greet(self):
        """What both sides can, as the protocol has it; True when the disk is wanted."""
        self.connection.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
        without_zeros = struct.unpack(">I", self.take(4))[0] & 2
        export = struct.pack(">QH", self.disk.size, ABILITIES)
        while True:
            _, option, length = struct.unpack(">8sII", self.take(16))
            data = self.take(length) if length else b""

            def answer(kind, body=b"", option=option):
                self.connection.sendall(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(body)) + body)

            if option == 1:
                self.connection.sendall(export + (b"" if without_zeros else bytes(124)))
                return True
            if option == 2:
                answer(1)
                return False
            if option in (6, 7) and data:
                answer(3, struct.pack(">H", 0) + export)
                answer(1)
                if option == 7:
                    return True
            else:
                answer(0x80000001)

    def serve(self):
        """Until the machine leaves."""
        while True:
            _, flags, kind, cookie, at, length = struct.unpack(">IHHQQI", self.take(28))
            error, answer = 0, b""
            if kind == LEAVE:
                return
            if at + length > self.disk.size:
                error = INVALID
                if kind == WRITE:
                    self.take(length)
            elif kind == READ:
                answer = self.disk.read(at, length)
            elif kind == WRITE:
                self.disk.write(at, self.take(length))
            elif kind == ZEROES:
                self.disk.zero(at, length)
            elif kind != FLUSH:
                error = INVALID
            if kind == FLUSH or flags & FORCE:
                self.disk.flush()
            self.connection.sendall(struct.pack(">IIQ", 0x67446698, error, cookie) + answer)


class Told:
    """What whoever started this says."""

    def __init__(self, disk):
        self.disk, self.lot, self.rest = disk, random.Random(0), b""

    def listen_until(self, connection):
        while True:
            ready, _, _ = select.select([connection, 0], [], [])
            if 0 not in ready:
                return
            piece = os.read(0, 4096)
            if not piece:
                sys.exit(0)
            *lines, self.rest = (self.rest + piece).split(b"\n")
            for line in lines:
                word, _, more = line.partition(b" ")
                if word == b"seed":
                    self.lot = random.Random(int(more))
                elif word == b"mark":
                    self.disk.note(b"m", 0, more)
                print("heard", flush=True)


def main(path, place, log=None):
    disk = Disk(path, log)
    told = Told(disk)
    door = socket.socket(socket.AF_UNIX)
    door.bind(place)
    door.listen()
    print("ready", flush=True)
    while True:
        told.listen_until(door)
        connection, _ = door.accept()
        line = Line(connection, disk, told)
        try:
            if line.greet():
                line.serve()
            disk.flush()
        except (Gone, OSError):
            print(disk.loses_power(told.lot), flush=True)
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
