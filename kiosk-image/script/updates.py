"""Takes emulated pillars through updates: good ones, ones to be refused, one that fails, a pulled plug, a factory reset, no TPM.

A stand-in is in the program's place, because the system beneath it is what is looked at. Updates come on a stick, as in a shop.
"""

import os
import re
import shutil
import subprocess
import sys

from emulated import Judge, Machine

machines, output, *stories = sys.argv[1:]


def built(number):
    """The version that was built into a folder."""
    (kernel,) = (name for name in os.listdir(f"{output}/check-{number}") if name.endswith(".efi"))
    return kernel.removeprefix("zuil_").removesuffix(".efi")


ONE = built(1)
IMAGE = f"{output}/check-1/zuil_{ONE}.raw"
judge = Judge()
os.umask(0o022)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def stick(name, number, change=None):
    """A stick with the update of a version, changed by whoever wants to."""
    folder = f"{machines}/updates/{name}"
    shutil.copytree(f"{output}/check-{number}/update", folder)
    if change:
        change(folder)
    path = f"{folder}.stick"
    with open(path, "wb") as file:
        file.truncate(400 << 20)
    run("mkfs.vfat", "-F", "32", path)
    run("mcopy", "-s", "-i", path, folder, "::/zuil-update")
    shutil.rmtree(folder)
    return path


def changed_byte(folder):
    (name,) = (name for name in os.listdir(folder) if name.endswith(".root.raw.xz"))
    flip(f"{folder}/{name}", 1 << 20)


def changed_list(folder):
    """What who changes a file would do next: the digest of the changed one into the list."""
    changed_byte(folder)
    with open(f"{folder}/SHA256SUMS", "w", encoding="ascii") as file:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".xz"):
                file.write(run("sha256sum", f"{folder}/{name}").split()[0] + f"  {name}\n")


def boots(machine, version):
    return judge(machine, f"{version} shows its first picture", machine.says(f"zuil {version}: the first picture") is not None)


def healthy(machine, version):
    return judge(machine, f"{version} says that it is healthy", machine.says(f"zuil-update: {version}: healthy") is not None)


def nothing_listens(machine):
    heard = machine.tell("listens", r"(listens: .*\s)*listens: end") or ""
    listening = [line for line in heard.splitlines() if line.startswith("listens: /")]
    judge(machine, "nothing listens", heard != "" and not listening, ", ".join(listening))


def brings(machine, path):
    """Puts a stick in, and lets the program take what was copied from it."""
    machine.plug_in(path)
    taken = machine.says("zuil-update: taken from the stick")
    machine.pull_out(path)
    os.remove(path)
    machine.tell("take")
    return taken is not None


def refused(machine, what, why, path):
    brings(machine, path)
    said = machine.says(r"zuil-update: .*: (refused: \S+|written)")
    judge(machine, f"{what} is refused", said is not None and said.endswith(f"refused: {why}"), said or "")


def begins_at(machine, name):
    """Where a partition begins on the disk, in bytes."""
    found = re.search(rf'start= *(\d+).*name="{re.escape(name)}"', run("sfdisk", "-d", f"{machine.folder}/disk.raw"))
    return int(found.group(1)) * 512


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def partitions(machine):
    """The names of the partitions, and of the kernel images on the first one."""
    labels = re.findall(r'name="([^"]+)"', run("sfdisk", "-d", f"{machine.folder}/disk.raw"))
    entries = run("mdir", "-b", "-i", f"{machine.folder}/disk.raw@@{begins_at(machine, 'esp')}", "::/EFI/Linux")
    return labels, [line.rsplit("/", 1)[-1] for line in entries.split()]


def key(machine):
    """The key that lies beside the data."""
    with open(f"{machine.folder}/disk.raw", "rb") as file:
        file.seek(begins_at(machine, "zuil-key"))
        return file.read(64)


def updates():
    """Two versions that are well, and a third that is not."""
    two, three = built(2), built(3)
    machine = Machine(f"{machines}/updates", IMAGE)
    try:
        machine.start()
        if not boots(machine, ONE):
            return
        healthy(machine, ONE)
        nothing_listens(machine)
        machine.tell("keep")

        refused(machine, "an update with a changed byte", "digest", stick("byte", 2, changed_byte))
        refused(machine, "a changed byte with its digest in the list", "signature", stick("list", 2, changed_list))
        refused(machine, "the version that runs", "older", stick("older", 1))

        # The plug, while a tenth of a gigabyte is written and more is to come.
        disk = f"{machine.folder}/disk.raw"
        brings(machine, stick("two", 2))
        began = machine.says(f"zuil-update: {two}: writing")
        machine.says(r"Acquiring file:///.*root\.raw\.xz")
        before = os.stat(disk).st_blocks
        grown = machine.until(lambda: os.stat(disk).st_blocks - before > (50 << 20) // 512)
        machine.pull_the_plug()
        judge(machine, "the plug is pulled in the middle of the writing", began is not None and bool(grown))
        machine.start()
        boots(machine, ONE)
        judge(machine, "what was interrupted is written anew", machine.says(f"zuil-update: {two}: (written|refused.*)") == f"zuil-update: {two}: written")

        machine.tell("activate")
        boots(machine, two)
        healthy(machine, two)
        judge(machine, "the data are still there", "yes" in (machine.tell("kept", "kept: .*\n") or ""))
        refused(machine, "the version before", "older", stick("before", 1))

        brings(machine, stick("three", 3))
        judge(machine, "a version that fails is written", machine.says(f"zuil-update: {three}: (written|refused.*)") == f"zuil-update: {three}: written")
        machine.tell("activate")
        at = machine.at
        boots(machine, two)
        tries = len(re.findall(b"zuil-disk: opened", machine.said[at:])) - 1
        judge(machine, "it had three tries", tries == 3, f"{tries}")
        judge(machine, "the program is told what failed", three in (machine.tell("back", r'\{"version": "[0-9.]+"\}|fell back: none') or ""))

        machine.end()
        labels, entries = partitions(machine)
        judge(machine, "the version that failed is taken away", not any(three in name for name in labels + entries), ", ".join(entries))
    finally:
        machine.end()


def alone(name, tpm):
    """One version by itself: its data outlive a pulled plug, and a factory reset leaves neither them nor a key."""
    opened = "zuil-disk: opened by the " + ("TPM" if tpm else "key")
    machine = Machine(f"{machines}/{name}", IMAGE, tpm=tpm)
    try:
        machine.start()
        judge(machine, "the data are " + opened.removeprefix("zuil-disk: "), machine.says(opened) is not None)
        if not boots(machine, ONE):
            return
        healthy(machine, ONE)
        nothing_listens(machine)
        machine.tell("keep")
        judge(machine, "data are kept", "yes" in (machine.tell("kept", "kept: .*\n") or ""))
        machine.pull_the_plug()
        machine.start()
        boots(machine, ONE)
        judge(machine, "they are there after the plug was pulled", "yes" in (machine.tell("kept", "kept: .*\n") or ""))
        before = None if tpm else key(machine)
        machine.tell("reset")
        judge(machine, "a factory reset begins", machine.says("zuil-disk: a factory reset") is not None)
        boots(machine, ONE)
        judge(machine, "it leaves no data", "no" in (machine.tell("kept", "kept: .*\n") or ""))
        if not tpm:
            judge(machine, "and makes another key", len(set(key(machine))) > 16 and key(machine) != before)
    finally:
        machine.end()


def tampered():
    """Somebody has had the disk in their hands: a byte of the kernel image, then one of the root."""
    machine = Machine(f"{machines}/tampered", IMAGE)
    try:
        machine.start()
        boots(machine, ONE)
        healthy(machine, ONE)
        machine.end()
        esp = f"{machine.folder}/disk.raw@@{begins_at(machine, 'esp')}"
        (entry,) = partitions(machine)[1]
        kernel = f"{machine.folder}/kernel.efi"
        run("mcopy", "-i", esp, f"::/EFI/Linux/{entry}", kernel)
        flip(kernel, 20 << 20)
        run("mcopy", "-o", "-i", esp, kernel, f"::/EFI/Linux/{entry}")
        machine.start()
        said = machine.says("Security Violation|Access [Dd]enied|Booting initrd")
        judge(machine, "a changed byte in the kernel image is refused", said not in (None, "Booting initrd"), said or "")
        machine.end()
        flip(kernel, 20 << 20)
        run("mcopy", "-o", "-i", esp, kernel, f"::/EFI/Linux/{entry}")
        flip(f"{machine.folder}/disk.raw", begins_at(machine, f"zuil_{ONE}") + 1024)
        machine.start()
        said = machine.says("is corrupted|zuil-disk: opened")
        judge(machine, "a changed byte in the root is refused", said == "is corrupted", said or "")
    finally:
        machine.end()


told = {"updates": updates, "tpm": lambda: alone("tpm", True), "key": lambda: alone("key", False), "tampered": tampered}
if __name__ == "__main__":
    for story in stories or told:
        told[story]()
    sys.exit(judge.end())
