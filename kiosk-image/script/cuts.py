"""Pulls the plug of an emulated pillar, again and again, while its system is updated, with a disk that loses its cache.

`cuts.py MACHINES OUTPUT N`. The stand-in is in the program's place, and the update comes on a stick, as in updates.py. Of the cuts some come
while the other place is written, some shortly after it was, and some in the first starts of the new version. After each one the machine
must start, with one version or the other, and still have the data that were kept. When the new version is healthy the disk of
before the update is put back. Each cut is a line in `cuts.jsonl`; what stands there is not done again.
"""

import json
import os
import random
import subprocess
import sys

from emulated import Judge, Machine
from plugs import Server, disk_of
from updates import IMAGE, built, stick

machines, output, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
folder, cuts = f"{machines}/cuts", f"{machines}/cuts/cuts.jsonl"
TWO = built(2)


def copy(one, other):
    subprocess.run(["cp", "--sparse=always", f"{folder}/{one}", f"{folder}/{other}"], check=True)


def begins_anew():
    """The pillar as it was before the update: its disk, and what its firmware and its TPM knew."""
    copy("before.raw", "disk.raw")
    copy("before.fd", "firmware.fd")


def comes_up(machine):
    """Which version does, or None."""
    said = machine.says(r"zuil [0-9.]+: the first picture")
    return said and said.split()[1].rstrip(":")


def offered(machine):
    """The update is on its way to the other place, from the time before or from a stick; True when it begins."""
    if machine.says(r"zuil-update: [0-9.]+: healthy") is None:
        return False
    if "written" in (machine.tell("state", "state.*\n") or ""):
        return False
    path = stick("cut", 2)
    machine.plug_in(path)
    taken = machine.says("zuil-update: taken from the stick")
    machine.pull_out(path)
    os.remove(path)
    machine.tell("take")
    return taken is not None and machine.says(f"zuil-update: {TWO}: writing") is not None


def goes_out(machine, server, number):
    """The so many-th cut, wherever its lot has it; in words where."""
    lot = random.Random(number)
    server.say(f"seed {number}")
    kind = lot.choice(["writing", "writing", "written", "starting"])
    if offered(machine) and kind == "writing":
        disk, grown = f"{folder}/disk.raw", lot.randrange(1, 400) << 20
        before = os.stat(disk).st_blocks
        machine.until(lambda: os.stat(disk).st_blocks - before > grown // 512 or b": written" in machine.said[machine.at :])
    else:
        machine.says(f"zuil-update: {TWO}: written")
        kind = "written" if kind == "writing" else kind
        if kind == "starting":
            machine.tell("activate")
            lines = lot.randrange(1, 40)
            start = len(machine.said)
            machine.until(lambda: machine.said.count(b"\n", start) > lines)
    machine.pull_the_plug()
    return kind


def main():
    judge = Judge()
    os.makedirs(folder, exist_ok=True)
    os.makedirs(f"{machines}/updates", exist_ok=True)
    machine = Machine(folder, IMAGE, disk=f"{folder}/disk.sock")
    server = None
    try:
        if not os.path.exists(f"{folder}/before.fd"):
            disk_of(folder, IMAGE)
            server = Server(folder)
            machine.start()
            comes_up(machine)
            machine.tell("keep")
            machine.tell("kept", "kept: yes")
            machine.end()
            server.end()
            copy("disk.raw", "before.raw")
            copy("firmware.fd", "before.fd")
        while True:
            with open(cuts, "a+", encoding="utf-8") as file:
                file.seek(0)
                number = len(file.readlines()) + 1
            server = Server(folder)
            machine.start()
            version = comes_up(machine)
            kept = version and "yes" in (machine.tell("kept", "kept: .*\n") or "")
            if not judge(machine, f"after cut {number - 1} it starts, with its data", bool(kept), str(version)) or number > wanted:
                break
            if version == TWO and machine.says(f"zuil-update: {TWO}: healthy"):
                machine.end()
                server.end()
                begins_anew()
                continue
            kind = goes_out(machine, server, number)
            left = server.was_cut()
            server.end()
            with open(cuts, "a", encoding="utf-8") as file:
                file.write(json.dumps({"cut": number, "while": kind, "ran": version, "left": left}) + "\n")
            print(f"        {machine.seconds():6.1f} s  cut {number} of {wanted}, {kind}: {left}", flush=True)
    finally:
        machine.end()
        if server:
            server.end()
    return judge.end()


if __name__ == "__main__":
    sys.exit(main())
