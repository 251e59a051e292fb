"""Somebody changes one byte of the catalogue that a pillar got from its hub and keeps on its disk.

They have what nobody has who finds a pillar with a TPM: the key of the data partition, which lies beside it here. The pillar must not use
what was changed: it goes on with what came in its image, and fetches the published one again. Ends with 1 when it does not.
"""

import os
import re
import shutil
import sys

from crash import SECTOR, Replay, run
from emulated import Judge, Machine
from errand import Devices, Hub, Person, Walk

KEPT = "/lib/zuil/catalogue/current.bundle"
OURS, OTHER = "Waarmee kunnen we u helpen?", "Wat kunnen we voor u doen?"


def publish(hub, folder):
    """The example with another welcome; its version."""
    copy = f"{folder}/catalogue"
    shutil.copytree("/zuil/catalogue/example", copy)
    path = f"{copy}/municipality.toml"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    version = re.search(r'^version = "(.*)"', text, re.MULTILINE).group(1) + ".other"
    text = re.sub(r'^version = ".*"', f'version = "{version}"', text, count=1, flags=re.MULTILINE).replace(OURS, OTHER)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    said = hub.asked("catalogue", "publish", copy)
    if said.returncode:
        raise RuntimeError(said.stdout + said.stderr)
    return version


def change_a_byte(folder):
    """In the middle of the kept catalogue, on the disk of a machine that is off."""
    replay = Replay.__new__(Replay)
    replay.folder, replay.disk, replay.pending = folder, f"{folder}/disk.raw", {}
    replay.file = os.open(replay.disk, os.O_RDWR)
    replay.opens()
    part, plain = replay.partition, os.open(replay.partition.plain, os.O_RDWR)
    replay.reads(plain, {part.unit_of(sector) for sector in replay.touched} - {None}, {})
    # What was not written to its place yet stands in the journal.
    run("e2fsck", "-p", part.plain, well=(0, 1))
    blocks = run("debugfs", "-R", f"blocks {KEPT}", part.plain).split()
    block = int(blocks[len(blocks) // 2])
    size = int(re.search(r"Block size: +(\d+)", run("dumpe2fs", "-h", part.plain)).group(1))
    if part.unit != size:
        raise RuntimeError(f"blocks of {size} bytes, encrypted in units of {part.unit}")
    data = bytearray(os.pread(plain, size, block * size))
    data[size // 2] ^= 1
    per = part.unit // SECTOR
    os.pwrite(replay.file, part.encrypt(block * per, bytes(data)), (part.first + block * per) * SECTOR)
    os.close(plain)
    os.close(replay.file)


def main(folder, image, program, walk, devices):
    judge, walk, devices = Judge(), Walk(walk), Devices(devices)
    hub, machine = Hub(program, f"{folder}/hub"), Machine(folder, image, tpm=False)
    person = Person(machine, walk, judge, f"{folder}/shown")
    welcome = walk.picture(walk.at("attract"))
    title = welcome.band(381, 60)

    def shows_the_other():
        """The first screen, without the welcome of the image's."""
        screen = machine.looks()
        return screen if welcome.differs(screen, 0.2) < 0.15 and screen.row_of(title) is None else None

    def starts():
        machine.start()
        judge(machine, "the first picture is on the screen", machine.says(r"zuil [0-9.]+: the first picture is on the screen") is not None)
        devices.plug_into(machine)

    try:
        starts()
        person.enrols(hub)
        version = publish(hub, folder)
        told = machine.until(lambda: hub.catalogue_at_the_pillar() == version)
        judge(machine, "it runs the catalogue that was published", told is not None, version)
        screen = machine.until(shows_the_other)
        judge(machine, "and shows it", screen is not None)
        person.keeps(machine.looks(), "published")
        machine.end()
        hub.end()
        change_a_byte(folder)
        starts()
        ours = machine.until(lambda: machine.looks().row_of(title))
        judge(machine, "with a changed byte in it, the one of the image is shown, as long as the hub is away", ours is not None)
        person.keeps(machine.looks(), "of-the-image")
        hub.start()
        screen = machine.until(shows_the_other)
        judge(machine, "and the published one again, when it was fetched anew", screen is not None)
        person.keeps(machine.looks(), "published-again")
    except LookupError as error:
        judge(machine, f"it went on to the screen {error}", False)
    finally:
        machine.end()
        hub.end()
    return judge.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
