"""Stories of the disk that loses its cache (disk.py) and of its log (crash.py), told by a machine that is none: it speaks the
protocol, and is gone when it likes. `python3 disk_test.py`."""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.dirname(os.path.abspath(__file__))
READ, WRITE, LEAVE, FLUSH, ZEROES = 0, 1, 2, 3, 6
SIZE = 64 << 20


class Machine:
    """Speaks to the disk as an emulator does."""

    def __init__(self, place):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(place)
        assert self.take(18) == b"NBDMAGICIHAVEOPT\0\3"
        self.line.sendall(struct.pack(">I", 3))
        # Something that it does not know, then the disk.
        self.line.sendall(b"IHAVEOPT" + struct.pack(">II", 8, 0))
        assert struct.unpack(">QIII", self.take(20))[2] == 0x80000001
        self.line.sendall(b"IHAVEOPT" + struct.pack(">II", 7, 6) + struct.pack(">IH", 0, 0))
        _, _, kind, length = struct.unpack(">QIII", self.take(20))
        size = struct.unpack(">HQH", self.take(length))[1]
        assert (kind, size) == (3, SIZE)
        assert struct.unpack(">QIII", self.take(20))[2] == 1

    def take(self, length):
        data = b""
        while len(data) < length:
            piece = self.line.recv(length - len(data))
            assert piece, "the disk is gone"
            data += piece
        return data

    def ask(self, kind, at=0, length=0, data=b"", flags=0):
        self.line.sendall(struct.pack(">IHHQQI", 0x25609513, flags, kind, 7, at, length or len(data)) + data)
        if kind == LEAVE:
            self.line.close()
            return b""
        magic, error, cookie = struct.unpack(">IIQ", self.take(16))
        assert (magic, cookie) == (0x67446698, 7)
        if error:
            return error
        return self.take(length) if kind == READ else b""

    def is_killed(self):
        self.line.close()


class Stories(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file, self.place, self.log = (f"{self.folder}/{name}" for name in ("disk.raw", "disk.sock", "log"))
        with open(self.file, "wb") as file:
            file.truncate(SIZE)
        command = [sys.executable, f"{SCRIPT}/disk.py", self.file, self.place, self.log]
        self.disk = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(self.disk.stdout.readline(), "ready\n")
        self.addCleanup(self.ends)

    def ends(self):
        self.disk.stdin.close()
        self.disk.wait()
        self.disk.stdout.close()

    def says(self, words):
        self.disk.stdin.write(words + "\n")
        self.disk.stdin.flush()
        self.assertEqual(self.disk.stdout.readline(), "heard\n")

    def kept(self, at, length):
        with open(self.file, "rb") as file:
            file.seek(at)
            return file.read(length)

    def test_what_was_written_is_read_and_only_what_was_flushed_outlives_a_cut(self):
        machine = Machine(self.place)
        machine.ask(WRITE, at=4096, data=b"a" * 4096)
        machine.ask(FLUSH)
        machine.ask(WRITE, at=4608, data=b"b" * 512)
        self.assertEqual(machine.ask(READ, at=4096, length=2048), b"a" * 512 + b"b" * 512 + b"a" * 1024)
        self.says("seed 3")  # Of which the lot is to keep nothing.
        machine.is_killed()
        self.assertRegex(self.disk.stdout.readline(), "cut: 1 sectors in the cache, 1 lost, after 1 flushes")
        self.assertEqual(Machine(self.place).ask(READ, at=4096, length=4096), b"a" * 4096)

    def test_a_write_that_is_forced_is_kept_and_a_machine_that_leaves_takes_nothing_along(self):
        machine = Machine(self.place)
        machine.ask(WRITE, at=0, data=b"c" * 512, flags=1)
        self.assertEqual(self.kept(0, 512), b"c" * 512)
        machine.ask(WRITE, at=512, data=b"d" * 512)
        self.assertEqual(self.kept(512, 512), bytes(512))
        machine.ask(LEAVE)
        self.assertEqual(Machine(self.place).ask(READ, at=512, length=512), b"d" * 512)

    def test_a_cut_may_leave_some_sectors_and_the_same_ones_for_the_same_seed(self):
        left = []
        for _ in range(2):
            machine = Machine(self.place)
            machine.ask(WRITE, at=0, data=bytes(512 * 800))
            machine.ask(FLUSH)
            machine.ask(WRITE, at=0, data=b"e" * 512 * 800)
            self.says("seed 5")  # Of which the lot is to keep half.
            machine.is_killed()
            self.disk.stdout.readline()
            left.append(self.kept(0, 512 * 800))
        self.assertEqual(left[0], left[1])
        blocks = {left[0][at : at + 4096] for at in range(0, 512 * 800, 4096)}
        self.assertEqual(blocks, {bytes(4096), b"e" * 4096}, "whole blocks, of both kinds")

    def test_zeros_are_zeros_few_or_many(self):
        machine = Machine(self.place)
        machine.ask(WRITE, at=0, data=b"f" * (1 << 20))
        machine.ask(ZEROES, at=512, length=512)
        self.assertEqual(machine.ask(READ, at=0, length=2048), b"f" * 512 + bytes(512) + b"f" * 1024)
        machine.ask(ZEROES, at=0, length=32 << 20)
        self.assertEqual(machine.ask(READ, at=0, length=1 << 20), bytes(1 << 20))

    def test_beyond_its_end_there_is_nothing(self):
        machine = Machine(self.place)
        self.assertEqual(machine.ask(READ, at=SIZE - 512, length=1024), 22)
        self.assertEqual(machine.ask(WRITE, at=SIZE, data=b"g" * 512), 22)
        self.assertEqual(machine.ask(READ, at=0, length=512), bytes(512), "and it goes on")

    def test_a_cache_that_is_full_makes_room_and_loses_nothing(self):
        machine = Machine(self.place)
        piece = os.urandom(1 << 20)
        for at in range(0, 63 << 20, 1 << 20):
            machine.ask(WRITE, at=at, data=piece)
        for at in range(0, 2 << 20, 1 << 20):
            machine.ask(WRITE, at=at, data=piece[::-1])
        for at in range(0, 63 << 20, 1 << 20):
            self.assertEqual(machine.ask(READ, at=at, length=1 << 20), piece[::-1] if at < 2 << 20 else piece)


if __name__ == "__main__":
    unittest.main()
