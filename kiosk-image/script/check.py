"""Boots one emulated pillar and judges what comes: by marks on its console and by its screen, never by the time of day.

Prints a line for each thing that was to be seen, and ends with 1 when one was not.
"""

import json
import re
import select
import socket
import subprocess
import sys
import time

PATIENCE = 900

folder, image, profile = sys.argv[1:]


class Machine:
    """The emulator, its console and the line for orders to it."""

    def __init__(self):
        self.began = time.monotonic()
        script = "/zuil/kiosk-image/script/machine"
        with open(f"{folder}/machine.log", "wb") as log:
            options = ["-display", "none"]
            self.process = subprocess.Popen(["bash", script, folder, image, *options], stdout=log, stderr=log)
        self.console = open(f"{folder}/console.log", "rb")
        self.said = b""
        self.orders = None

    def seconds(self):
        return time.monotonic() - self.began

    def says(self, pattern):
        """Waits for a line on the console; what it said, or None when it ended or nothing came."""
        wanted, poll = re.compile(pattern.encode()), select.poll()
        while self.seconds() < PATIENCE and self.process.poll() is None:
            self.said += self.console.read()
            found = wanted.search(self.said)
            if found:
                return found.group(0).decode(errors="replace")
            poll.poll(200)
        return None

    def order(self, name, **arguments):
        if self.orders is None:
            line = socket.socket(socket.AF_UNIX)
            line.connect(f"{folder}/qmp")
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
        path = f"{folder}/{name}.ppm"
        self.order("screendump", filename=path)
        with open(path, "rb") as file:
            data = file.read()
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(head.group(1)), int(head.group(2))
        pixels = data[head.end() :]
        return width, height, len({pixels[at : at + 3] for at in range(0, len(pixels), 3)})

    def end(self):
        self.process.terminate()
        self.process.wait()


judged, failed = 0, 0


def judge(what, well, detail=""):
    global judged, failed
    judged += 1
    failed += not well
    print(f"{'passed' if well else 'FAILED'}  {machine.seconds():6.1f} s  {what}{': ' if detail else ''}{detail}", flush=True)
    return well


machine = Machine()
try:
    ready = machine.says(r"zuil: the first picture is on the screen")
    judge("the first picture is on the screen", ready is not None)
    if machine.process.poll() is not None:
        sys.exit(f"the machine ended; {folder}/machine.log says why")
    width, height, colours = machine.colours("first-screen")
    # A black screen has one colour, a console two; letters drawn smoothly have many.
    judge("the screen shows more than a console", colours > 16, f"{width}x{height}, {colours} colours")
    said = machine.said.decode(errors="replace")
    judge("nothing asks anybody to log in", profile == "lab" or "login:" not in said)
    judge("nothing of the system failed", "[FAILED]" not in said and "emergency mode" not in said.lower())
finally:
    machine.end()
print(f"{judged - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
