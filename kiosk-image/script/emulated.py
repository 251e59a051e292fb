"""One emulated pillar, for what looks at images without a person: its power, its console, its screen, its lines and its sticks."""

import json
import os
import re
import select
import socket
import subprocess
import time

PATIENCE = int(os.environ.get("ZUIL_PATIENCE", "900"))


class Machine:
    """Runs script/machine; each thing that it says is found once, in its order."""

    def __init__(self, folder, image, tpm=True):
        self.folder, self.image, self.tpm = folder, image, tpm
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
        surroundings = dict(os.environ, ZUIL_MACHINE_TPM="" if self.tpm else "none")
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

    def colours(self, name):
        """Takes a picture of the screen; its width, height, and how many colours are in it."""
        path = f"{self.folder}/{name}.ppm"
        self.order("screendump", filename=path)
        with open(path, "rb") as file:
            data = file.read()
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(head.group(1)), int(head.group(2))
        pixels = data[head.end() :]
        return width, height, len({pixels[at : at + 3] for at in range(0, len(pixels), 3)})

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
