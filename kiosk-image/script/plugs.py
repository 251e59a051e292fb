"""Pulls the plug of an emulated pillar, again and again, while residents do their errands, with a disk that loses its cache.

After each cut the machine starts anew, and it is judged from outside: it serves; each receipt that came out of the printer is at the hub,
paid; each payment that the terminal charged and did not take back is known at the hub, as paid or as one to be looked at; and
no two requests are of one payment. Each cut is a line in `cuts.jsonl`; what stands there is not done again, so that it can be
ended and go on at any time. A cut's number is its seed: when it comes, and what of the cache survives.
"""

import json
import os
import random
import re
import subprocess
import sys

from emulated import Judge, Machine
from errand import Devices, Hub, Person, Walk, references_on


class Server:
    """disk.py, and what it tells."""

    def __init__(self, folder, log=None):
        self.place = f"{folder}/disk.sock"
        if os.path.exists(self.place):
            os.remove(self.place)
        command = [sys.executable, f"{os.path.dirname(__file__)}/disk.py", f"{folder}/disk.raw", self.place, *([log] if log else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def say(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def was_cut(self):
        """What the cut left, after the machine was killed."""
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def disk_of(folder, image, name="disk.raw"):
    """A disk from the factory."""
    subprocess.run(["cp", "--sparse=always", image, f"{folder}/{name}"], check=True)
    with open(f"{folder}/{name}", "r+b") as file:
        file.truncate(6 << 30)


def comes_up(machine, devices, walk):
    """Starts it, and waits until residents are served; whether they are."""
    machine.start()
    first = machine.says(r"zuil [0-9.]+: the first picture is on the screen")
    if first is None:
        return False
    devices.plug_into(machine)
    served = walk.picture(walk.at("attract"))
    return machine.until(lambda: served.differs(machine.looks(), 0.1) <= 0.08) is not None


def lost(hub, devices):
    """What of that which residents or the bank have is not at the hub."""
    at_hub = hub.payments()
    paid = {line["reference"] for line in at_hub if line["payment"] == "paid"}
    known = [line["receipt_number"].lstrip("0") for line in at_hub if line["payment"] == "paid"]
    unknown = sum(line["payment"] == "unknown" for line in at_hub)
    references = {reference for paper in devices.told("printed") for reference in references_on(paper["printed"])}
    missing = [f"the receipt {reference}" for reference in sorted(references - paid)]
    missing += [f"a payment twice: {receipt}" for receipt in sorted(set(known)) if known.count(receipt) > 1]
    charges = {str(charge["receipt"]) for charge in devices.told("charged")} - taken_back(devices)
    orphans = sorted(charges - set(known))
    if len(orphans) > unknown:
        missing += [f"the payment with the terminal's receipt {receipt}" for receipt in orphans]
    return missing


def taken_back(devices):
    """Receipts that the terminal took back, from its memory."""
    with open(f"{devices.folder}/terminal.ledger", encoding="ascii") as file:
        return set(re.findall(r" back (\d+) \d+$", file.read(), re.MULTILINE))


class Cut(Exception):
    """The moment has come."""


class Hurried(Person):
    """A resident at whose touch the power goes: the so many-th of the errand, and so many looks at the screen later."""

    def __init__(self, *rest, touch, looks):
        super().__init__(*rest)
        self.touch, self.left = touch, looks

    def keeps(self, picture, name):
        """Pictures are for those who look; nobody does, two hundred times."""

    def sees(self, at, judged=True):
        super().sees(at, judged=False)

    def touches(self, spot):
        self.touch -= 1
        if self.touch > 0:
            super().touches(spot)
            return
        self.machine.touch(spot["x"], spot["y"])
        for _ in range(self.left):
            self.machine.looks()
        raise Cut


def moment(lot, walk):
    """At which touch of the errand: half of the cuts from the payment to the receipt, where most is to be lost."""
    touches = [line for line in walk.lines[walk.at("attract") :] if "touch" in line]
    pays = next(at for at, line in enumerate(touches) if line["touch"]["label"].startswith("Betaal"))
    if lot.random() < 0.5:
        return pays + 1, lot.randrange(0, 400)
    return lot.randrange(1, len(touches) + 1), lot.randrange(0, 40)


def main(folder, image, program, walk, devices, wanted):
    os.makedirs(folder, exist_ok=True)
    judge, walk, devices, wanted = Judge(), Walk(walk), Devices(devices), int(wanted)
    hub, cuts = Hub(program, f"{folder}/hub"), f"{folder}/cuts.jsonl"
    if not os.path.exists(f"{folder}/enrolled"):
        disk_of(folder, image)
    server = Server(folder)
    machine = Machine(folder, image, disk=server.place)
    try:
        if not os.path.exists(f"{folder}/enrolled"):
            machine.start()
            machine.says(r"zuil [0-9.]+: the first picture is on the screen")
            devices.plug_into(machine)
            Person(machine, walk, judge, f"{folder}/shown").enrols(hub)
            machine.end()
            with open(f"{folder}/enrolled", "w", encoding="ascii"):
                pass
        while True:
            with open(cuts, "a+", encoding="utf-8") as file:
                file.seek(0)
                number = len(file.readlines()) + 1
            if not comes_up(machine, devices, walk):
                judge(machine, f"after cut {number - 1} it serves", False)
                break
            missing = machine.until(lambda: lost(hub, devices) == []) is None and lost(hub, devices)
            if not judge(machine, f"after cut {number - 1} it serves, and nothing is lost", not missing, "; ".join(missing or [])):
                break
            if number > wanted:
                break
            lot = random.Random(number)
            touch, looks = moment(lot, walk)
            server.say(f"seed {number}")
            try:
                Hurried(machine, walk, judge, f"{folder}/shown", touch=touch, looks=looks).does_the_errand()
            except Cut:
                pass
            machine.pull_the_plug()
            left = server.was_cut()
            told = {"cut": number, "touch": touch, "looks": looks, "left": left, "charged": len(devices.told("charged"))}
            with open(cuts, "a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
            print(f"        {machine.seconds():6.1f} s  cut {number} of {wanted}, at touch {touch}: {left}", flush=True)
    except LookupError as error:
        judge(machine, f"it went on to {error}", False)
    finally:
        machine.end()
        server.end()
        hub.end()
    return judge.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
