"""Looks at what a disk can be after a cut, at as many moments as one likes of a run that was written down once (disk.py LOG).

`crash.py FOLDER LOG N` has in FOLDER the disk as it was when the log began (begun.raw). At N moments of the run, drawn by lot, half of
them shortly after something was charged or printed, it makes the disk that a cut there leaves: what was flushed, and of the rest nothing,
some or nearly all, 4096 bytes by 4096. No machine is started: the data partition is read here (the key lies beside it, so the machine
has no TPM), its file system is repaired as at a start, and the outbox opened. It must be whole, and hold each payment and each
request of which the run's marks say that somebody had seen it.
"""

import bisect
import json
import os
import random
import re
import sqlite3
import struct
import subprocess
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from disk import survivors

SECTOR = 512
# How many lines of the log after a mark are shortly after it.
SHORTLY = 40


def run(*command, well=(0,)):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in well:
        raise RuntimeError(f"{command[0]}: {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


class Log:
    """The lines of the log: where each begins, and what it is."""

    def __init__(self, path):
        self.file, self.lines = open(path, "rb"), []
        while head := self.file.read(13):
            kind, at, length = struct.unpack(">cQI", head)
            self.lines.append((kind, at, length, self.file.tell()))
            self.file.seek(length, 1)
        self.marks = [(at, json.loads(self.data(at))) for at, line in enumerate(self.lines) if line[0] == b"m"]

    def data(self, number):
        _, _, length, place = self.lines[number]
        self.file.seek(place)
        return self.file.read(length)


class Partition:
    """The data partition of a disk, as it reads without its encryption."""

    def __init__(self, disk, folder):
        self.disk, self.plain = disk, f"{folder}/plain.raw"
        table = run("sfdisk", "-d", disk)
        begins = {name: (int(start), int(size)) for start, size, name in re.findall(r'start= *(\d+), size= *(\d+),.*name="([^"]+)"', table)}
        key, header = f"{folder}/key", f"{folder}/header"
        begin, size = begins["zuil-data"]
        with open(disk, "rb") as file:
            file.seek(begins["zuil-key"][0] * SECTOR)
            with open(key, "wb") as out:
                out.write(file.read(64))
            file.seek(begin * SECTOR)
            with open(header, "wb") as out:
                out.write(file.read(32 << 20))
        said = json.loads(run("cryptsetup", "luksDump", "--dump-json-metadata", header))
        (segment,) = said["segments"].values()
        self.unit = segment["sector_size"]
        # Of its sectors, where the encrypted ones begin and end.
        self.first = begin + int(segment["offset"]) // SECTOR
        self.last = begin + size
        volume = f"{folder}/volume-key"
        if os.path.exists(volume):
            os.remove(volume)
        run("cryptsetup", "luksDump", "--batch-mode", "--dump-volume-key", "--volume-key-file", volume, "--key-file", key, header)
        with open(volume, "rb") as file:
            self.key = algorithms.AES(file.read())
        with open(self.plain, "wb") as file:
            file.truncate((self.last - self.first) * SECTOR)

    def decrypt(self, sector, data):
        """A unit of encryption; its sector counts from the beginning of what is encrypted."""
        tweak = struct.pack("<QQ", sector, 0)
        return Cipher(self.key, modes.XTS(tweak)).decryptor().update(data)

    def encrypt(self, sector, data):
        """The other way round."""
        return Cipher(self.key, modes.XTS(struct.pack("<QQ", sector, 0))).encryptor().update(data)

    def unit_of(self, sector):
        """Of a sector of the disk the unit that it is in, counted from the beginning; nothing for one outside."""
        return (sector - self.first) * SECTOR // self.unit if self.first <= sector < self.last else None


class Replay:
    """The disk as the run went on: what is durable, and what is on its way."""

    def __init__(self, folder, log):
        self.folder, self.log, self.at = folder, log, 0
        self.disk = f"{folder}/replayed.raw"
        run("cp", "--sparse=always", f"{folder}/begun.raw", self.disk)
        self.file = os.open(self.disk, os.O_RDWR)
        self.pending, self.touched, self.partition = {}, set(), None

    def until(self, moment):
        """All lines before that one have happened."""
        for number in range(self.at, moment):
            kind, at, length, _ = self.log.lines[number]
            if kind == b"w":
                data = self.log.data(number)
                for place in range(0, length, SECTOR):
                    self.pending[(at + place) // SECTOR] = data[place : place + SECTOR]
            elif kind == b"z":
                (size,) = struct.unpack(">I", self.log.data(number))
                for place in range(0, size, SECTOR):
                    self.pending[(at + place) // SECTOR] = bytes(SECTOR)
                self.store()
            elif kind == b"f":
                self.store()
        self.at = moment

    def store(self):
        for sector, data in self.pending.items():
            os.pwrite(self.file, data, sector * SECTOR)
        self.touched.update(self.pending)
        self.pending.clear()

    def opens(self):
        """The data partition, once there is one."""
        self.partition = Partition(self.disk, self.folder)
        self.touched = set(written_in(self.disk, self.partition))

    def reads(self, file, units, overlay):
        """Decrypts units of the disk, with what a cut left on top, into a file."""
        part, per = self.partition, self.partition.unit // SECTOR
        for unit in units:
            first = part.first + unit * per
            data = bytearray(os.pread(self.file, part.unit, first * SECTOR))
            for place in range(per):
                fresh = overlay.get(first + place)
                if fresh is not None:
                    data[place * SECTOR : (place + 1) * SECTOR] = fresh
            os.pwrite(file, part.decrypt(unit * per, bytes(data)), unit * part.unit)

    def cut(self, lot, path):
        """Writes to `path` how the data partition reads after a cut now; how many sectors were on their way and how many are lost."""
        part, file = self.partition, os.open(self.partition.plain, os.O_RDWR)
        self.reads(file, {part.unit_of(sector) for sector in self.touched} - {None}, {})
        os.close(file)
        self.touched.clear()
        share = lot.choice([0.0, 0.0, 0.5, 0.9])
        left = {sector: self.pending[sector] for sector in survivors(self.pending, share, lot)}
        run("cp", "--sparse=always", "--reflink=auto", part.plain, path)
        file = os.open(path, os.O_RDWR)
        self.reads(file, {part.unit_of(sector) for sector in left} - {None}, left)
        os.close(file)
        return len(self.pending), len(self.pending) - len(left)


def written_in(disk, partition):
    """Sectors of the partition that are no holes in the file."""
    file, end = os.open(disk, os.O_RDONLY), partition.last * SECTOR
    at = partition.first * SECTOR
    while True:
        try:
            at = os.lseek(file, at, os.SEEK_DATA)
        except OSError:
            break
        if at >= end:
            break
        hole = min(os.lseek(file, at, os.SEEK_HOLE), end)
        yield from range(at // SECTOR, hole // SECTOR)
        at = hole
    os.close(file)


def outbox_of(path, folder):
    """The payments and references in the outbox of a data partition, after its file system was repaired; and what is wrong with it."""
    run("e2fsck", "-p", path, well=(0, 1))
    wrong = []
    said = subprocess.run(["e2fsck", "-f", "-n", path], capture_output=True, text=True)
    if said.returncode:
        wrong.append("the file system is damaged: " + " ".join(said.stdout.split())[-300:])
    database = f"{folder}/outbox.sqlite"
    for end in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(database + end):
            os.remove(database + end)
        if end != "-shm":
            run("debugfs", "-R", f"dump /lib/zuil/outbox.sqlite{end} {database}{end}", path)
            if os.path.exists(database + end) and os.path.getsize(database + end) == 0:
                os.remove(database + end)
    if not os.path.exists(database):
        return 0, set(), wrong
    with sqlite3.connect(database) as opened:
        (whole,) = opened.execute("PRAGMA integrity_check").fetchone()
        if whole != "ok":
            wrong.append(f"the outbox is damaged: {whole}")
        payments = opened.execute("SELECT count(*) FROM journal").fetchone()[0]
        headers = [row[0] for row in opened.execute("SELECT header FROM transactions")]
    return payments, {json.loads(header)["reference"] for header in headers}, wrong


def main(folder, path, wanted):
    log = Log(path)
    begun = next(at for at, mark in log.marks if mark.get("enrolled"))
    lot, last = random.Random(1), len(log.lines)
    seen = [at for at, mark in log.marks if "charged" in mark or "printed" in mark]
    moments = [lot.randrange(begun, last) for _ in range(int(wanted) // 2)]
    moments += [min(lot.choice(seen) + 1 + lot.randrange(SHORTLY), last) for _ in range(int(wanted) - len(moments))]
    replay, failed, lost_at = Replay(folder, log), 0, 0
    replay.until(begun)
    replay.store()
    replay.opens()
    for number, moment in enumerate(sorted(moments), 1):
        replay.until(moment)
        state = f"{folder}/state.raw"
        under_way, lost = replay.cut(random.Random(number), state)
        lost_at += lost > 0
        before = [mark for _, mark in log.marks[: bisect.bisect_left(log.marks, moment, key=lambda line: line[0])]]
        charged = sum("charged" in mark for mark in before)
        printed = {reference for mark in before for reference in mark.get("printed", [])}
        try:
            payments, references, wrong = outbox_of(state, folder)
        except (RuntimeError, sqlite3.Error, ValueError) as error:
            payments, references, wrong = 0, set(), [str(error)]
        wrong += [f"the request {reference} is lost" for reference in sorted(printed - references)]
        if payments < charged:
            wrong.append(f"{charged} payments were charged, and {payments} are known")
        failed += bool(wrong)
        print(
            f"{'FAILED' if wrong else 'passed'}  cut {number} at line {moment} of {last}: {under_way} sectors on their way, {lost} lost;"
            f" {charged} payments and {len(printed)} receipts were out{': ' if wrong else ''}{'; '.join(wrong)}",
            flush=True,
        )
    print(f"{int(wanted) - failed} of {wanted} passed; at {lost_at} something was lost that had not been flushed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
