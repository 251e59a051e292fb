"""One emulated pillar, for what looks at images without a person: its power, its console, its screen, its touches, its lines and its
sticks."""

import json
import os
import re
import select
import socket
import subprocess
import time

from screen import Picture

PATIENCE = int(os.environ.get("ZUIL_PATIENCE", "900"))


class Machine:
    """Runs script/machine; each thing that it says is found once, in its order."""

    def __init__(self, folder, image, tpm=True, disk=None):
        """Its disk is a file of its own, or what is served at a socket (disk.py)."""
        self.folder, self.image, self.tpm, self.disk = folder, image, tpm, disk
        self.began = time.monotonic()
        self.starts = 0
        self.process = None

    def seconds(self):
        return time.monotonic() - self.began

    def start(self):
        """Switches the power on; the console of the time before is kept under its number."""
        log = f"{self.folder}/console.log"
        if self.starts:
            os.rename(log, f"{self.folder}/console-{self.starts}.log")
        self.starts += 1
        open(log, "wb").close()
        surroundings = dict(os.environ, ZUIL_MACHINE_TPM="" if self.tpm else "none", ZUIL_MACHINE_DISK=self.disk or "")
        with open(f"{self.folder}/machine.log", "ab") as out:
            command = ["bash", "/zuil/kiosk-image/script/machine", self.folder, self.image, "-display", "none"]
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=surroundings)
        self.console = open(log, "rb")
        self.said, self.at, self.orders, self.line = b"", 0, None, None

    def until(self, happened):
        """Looks again and again whether something happened; what it was, or None when the machine ended or nothing came."""
        began, poll = time.monotonic(), select.poll()
        while time.monotonic() - began < PATIENCE:
            self.said += self.console.read()
            found = happened()
            if found:
                return found
            if self.process.poll() is not None:
                return None
            poll.poll(200)
        return None

    def says(self, pattern):
        """Waits for a line on the console after the one that was found before, and gives it."""
        wanted = re.compile(pattern.encode())

        def happened():
            found = wanted.search(self.said, self.at)
            if found:
                self.at = found.end()
            return found

        found = self.until(happened)
        return found and found.group(0).decode(errors="replace")

    def order(self, name, **arguments):
        if self.orders is None:
            line = socket.socket(socket.AF_UNIX)
            line.connect(f"{self.folder}/qmp")
            self.orders = line.makefile("rw")
            self.orders.readline()
            self.order("qmp_capabilities")
        self.orders.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.orders.flush()
        while True:
            answer = json.loads(self.orders.readline())
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def looks(self):
        """A picture of the screen as it is now."""
        path = f"{self.folder}/screen.ppm"
        self.order("screendump", filename=path)
        with open(path, "rb") as file:
            return Picture.of_ppm(file.read())

    def touch(self, x, y):
        """A finger touches the screen at a point and leaves it, as the touch screen tells it."""
        screen = self.looks()
        finger = {"slot": 0, "tracking-id": 1}

        def multitouch(kind, axis="x", value=0, **more):
            return {"type": "mtt", "data": {"type": kind, "axis": axis, "value": value, **finger, **more}}

        def button(down):
            return {"type": "btn", "data": {"button": "touch", "down": down}}

        along, across = int(x * 0x7FFF / screen.width), int(y * 0x7FFF / screen.height)
        places = [multitouch("data", "x", along), multitouch("data", "y", across)]
        self.order("input-send-event", events=[multitouch("begin"), button(True), *places])
        self.order("input-send-event", events=[multitouch("end", **{"tracking-id": -1}), button(False)])
        return screen

    def tell(self, word, answer=None):
        """Says a word to the stand-in at the terminal's line, and waits for its answer when there is to be one."""
        if self.line is None:
            self.line = socket.socket(socket.AF_UNIX)
            self.line.connect(f"{self.folder}/terminal")
            self.line.setblocking(False)
        # What is said before the line is opened is lost, so something is asked until there is an answer.
        self.hears("state", "state.*\n", again=True)
        if answer is not None:
            return self.hears(word, answer)
        self.line.sendall(word.encode() + b"\n")
        return None

    def hears(self, word, answer, again=False):
        wanted, heard, rounds = re.compile(answer.encode()), b"", 0

        def happened():
            nonlocal heard, rounds
            if rounds == 0 or again and rounds % 25 == 0:
                self.line.sendall(word.encode() + b"\n")
            rounds += 1
            try:
                heard += self.line.recv(65536)
            except BlockingIOError:
                pass
            return wanted.search(heard)

        found = self.until(happened)
        return found and found.group(0).decode(errors="replace")

    def plug_in(self, stick):
        node = os.path.basename(stick).replace(".", "-")
        self.order("blockdev-add", **{"driver": "raw", "node-name": node, "read-only": True, "file": {"driver": "file", "filename": stick}})
        self.order("device_add", driver="usb-storage", id=f"usb-{node}", drive=node, removable=True)

    def pull_out(self, stick):
        node = os.path.basename(stick).replace(".", "-")
        self.order("device_del", id=f"usb-{node}")

        def gone():
            try:
                self.order("blockdev-del", **{"node-name": node})
                return True
            except RuntimeError:
                return False

        self.until(gone)

    def pull_the_plug(self):
        """As sudden as it gets: nothing in the machine is asked."""
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


class Judge:
    """Prints a line for each thing that was to be seen, and counts."""

    def __init__(self):
        self.judged = self.failed = 0

    def __call__(self, machine, what, well, detail=""):
        self.judged += 1
        self.failed += not well
        print(f"{'passed' if well else 'FAILED'}  {machine.seconds():6.1f} s  {what}{': ' if detail else ''}{detail}", flush=True)
        return well

    def end(self):
        print(f"{self.judged - self.failed} passed, {self.failed} failed")
        return 1 if self.failed else 0
