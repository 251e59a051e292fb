"""A pillar from the factory is enrolled at its screen and does a paid errand, as a technician and a resident do it: by touches.

All around it is real but people, paper and bank: the hub is the hub's own program, printer and terminal are the project's
simulators at the machine's USB. Where to touch, and how the screens look, was written down by `zuil-demo walkthrough --kiosk`, which
did the same at the same screens without a machine.
"""

import csv
import json
import os
import re
import select
import socket
import subprocess
import tempfile
import threading
import tty

from screen import Picture

HUB_PORT = 8443
# What the machine's network calls the one that it runs on.
HOST = "10.0.2.2"
PILLAR = "demo"
# Which part of the points may differ: the cursor comes and goes. A reference is never the same twice, the ornament of
# the first screen turns, and at its first start a machine can tell a technician of its network.
ALIKE, ALIKE_BUT_FOR_SOME_WORDS = 0.003, 0.12
# Rows above and below the middle of a button that no other button has.
BUTTON = 24


class Cable:
    """Carries bytes between a line of the machine and a simulator at a pseudo-terminal, as long as the machine is on."""

    def __init__(self, machine, name, line):
        self.plug = socket.socket(socket.AF_UNIX)
        self.plug.connect(f"{machine.folder}/{name}")
        self.end = os.open(line, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.end)
        threading.Thread(target=self.carry, daemon=True).start()

    def carry(self):
        """Runs until either end is gone."""
        try:
            while True:
                ready, _, _ = select.select([self.plug, self.end], [], [])
                if self.plug in ready:
                    data = self.plug.recv(4096)
                    if not data:
                        break
                    while data:
                        data = data[os.write(self.end, data) :]
                if self.end in ready:
                    self.plug.sendall(os.read(self.end, 4096))
        except OSError:
            pass
        finally:
            os.close(self.end)
            self.plug.close()


class Devices:
    """Printer and terminal, which somebody else started; what they tell stands in a file."""

    def __init__(self, folder):
        self.folder = folder

    def plug_into(self, machine):
        for name in ("printer", "terminal"):
            Cable(machine, name, f"{self.folder}/{name}")

    def told_since(self, first):
        """Everything that they told from a line on."""
        with open(f"{self.folder}/told.jsonl", encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")][first:]

    def told(self, what):
        """Everything of one kind that they told."""
        return [line for line in self.told_since(0) if what in line]


class Hub:
    """The hub's own program, on this machine."""

    def __init__(self, program, folder):
        self.program, self.config, self.log, self.process = program, f"{folder}/hub.toml", f"{folder}/hub.log", None
        os.makedirs(folder, exist_ok=True)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(
                f'municipality = "Voorbeeldhuizen"\ndata_dir = "{folder}/data"\n[intake]\nlisten = "127.0.0.1:{HUB_PORT}"\n'
                f'public_url = "https://{HOST}:{HUB_PORT}"\n[desk]\nlisten = "127.0.0.1:0"\n[access]\ntotp = false\n'
            )
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            command = [self.program, "serve", "--config", self.config]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        said = iter(self.process.stdout.readline, "")
        if not any(line.startswith("intake ") for line in said):
            raise RuntimeError(f"the hub did not start; {self.log} says why")
        # What else it says is for nobody, and must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def asked(self, *words):
        return subprocess.run([self.program, *words, "--config", self.config], capture_output=True, text=True)

    def code(self):
        """A code with which the pillar is enrolled."""
        said = self.asked("pillar", "code", PILLAR, "--place", "An emulator", "--again")
        if said.returncode:
            said = self.asked("pillar", "code", PILLAR, "--place", "An emulator")
        return re.search(r"^code (\S+)$", said.stdout, re.MULTILINE).group(1)

    def exported(self, name):
        """The lines of a list that it exports."""
        with tempfile.TemporaryDirectory() as folder:
            self.asked("export", f"{folder}/all")
            with open(f"{folder}/all/{name}.csv", encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

    def payments(self):
        return self.exported("payments")

    def catalogue_at_the_pillar(self):
        """Which one the pillar said last that it runs."""
        return next((json.loads(line["report"])["catalogue"] for line in self.exported("reports")), None)

    def transaction(self, reference):
        """What it has under a reference."""
        said = self.asked("transaction", reference, "--json")
        return json.loads(said.stdout) if said.returncode == 0 else None

    def end(self):
        self.process.terminate()
        self.process.wait()


class Walk:
    """What was written down of a walk."""

    def __init__(self, folder):
        self.folder = folder
        with open(f"{folder}/walk.jsonl", encoding="utf-8") as file:
            self.lines = [json.loads(line) for line in file]
        self.pictures = {}

    def at(self, name):
        """Where a picture stands in it."""
        found = self.where(name)
        if found is None:
            raise LookupError(f"{name}, which is not in the walk")
        return found

    def where(self, name):
        """The same; None when there is no such picture."""
        return next((at for at, line in enumerate(self.lines) if line.get("picture", "")[2:] == f"-{name}.png"), None)

    def picture(self, at):
        name = self.lines[at]["picture"]
        if name not in self.pictures:
            with open(f"{self.folder}/{name}", "rb") as file:
                self.pictures[name] = Picture.of_png(file.read())
        return self.pictures[name]

    def picture_before(self, at):
        """The last one before that, if there is one."""
        before = [number for number in range(at) if "picture" in self.lines[number]]
        return self.picture(before[-1]) if before else None

    def keys(self, name):
        """Where on a screen everything is that can be touched."""
        return {spot["label"]: spot for spot in self.lines[self.at(name)]["spots"]}


class Person:
    """Somebody at the machine's screen, who keeps a picture of everything that they see."""

    def __init__(self, machine, walk, judge, shown):
        self.machine, self.walk, self.judge, self.shown, self.taken = machine, walk, judge, shown, 0
        os.makedirs(shown, exist_ok=True)

    def keeps(self, picture, name):
        self.taken += 1
        picture.keep(f"{self.shown}/{self.taken:02}-{name}.png")

    def sees(self, at, judged=True):
        """Waits until the screen looks as in the walk; what goes by meanwhile is kept, too."""
        name = self.walk.lines[at]["picture"].removesuffix(".png")[3:]
        wanted, earlier = self.walk.picture(at), self.walk.picture_before(at)
        alike = ALIKE_BUT_FOR_SOME_WORDS if re.match("receipt|enrolment|attract", name) else ALIKE
        before, least = None, 1.0

        def looks_so():
            nonlocal before, least
            screen = self.machine.looks()
            if before is not None and screen.points == before.points:
                return None
            before, apart = screen, wanted.differs(screen, 0.3)
            least = min(least, apart)
            # More like this one than like the one before it, which may be the same but for a few words.
            return screen if apart <= alike and (earlier is None or apart <= earlier.differs(screen, 0.3)) else None

        found = self.machine.until(looks_so)
        self.keeps(found or before, name)
        if judged or not found:
            self.judge(self.machine, f"the screen: {name}", found is not None, f"{100 * least:.2f} % of it differs")
        if not found:
            raise LookupError(name)

    def touches(self, spot):
        """Touches something, and waits until the screen is another one than before, and stays so: other keys may come."""
        before = self.machine.touch(spot["x"], spot["y"])
        last = before

        def settled():
            nonlocal last
            screen, earlier = self.machine.looks(), last
            last = screen
            return screen.points != before.points and screen.points == earlier.points

        self.machine.until(settled)

    def goes(self, first, last):
        """Does what was done in the walk, from one picture to another. A picture is waited for when something is touched on it."""
        for at in range(first, last + 1):
            line = self.walk.lines[at]
            if "touch" in line:
                self.touches(line["touch"])
            elif at == last or "touch" in self.walk.lines[at + 1]:
                self.sees(at)

    def types(self, text, name):
        """Types on the keyboard of a screen, and looks what stands there then."""
        letters, page = self.walk.keys(name), None
        for letter in text:
            if letter not in letters and page is None:
                # The touch that led to the other page of the keyboard, and leads back.
                page = self.walk.lines[self.walk.at(f"{name}-signs") - 1]["touch"]
                self.touches(page)
            self.touches((self.walk.keys(f"{name}-signs") if page else letters)[letter])
        if page:
            self.touches(page)
        self.keeps(self.machine.looks(), f"{name}-typed")
        self.touches(self.walk.lines[self.walk.at(f"{name}-typed") + 1]["touch"])

    def enrols(self, hub):
        """As a technician does."""
        self.sees(self.walk.at("enrolment-address"))
        self.types(f"{HOST}:{HUB_PORT}", "enrolment-address")
        self.sees(self.walk.at("enrolment-code"))
        self.types(hub.code().replace("-", ""), "enrolment-code")
        # One whose key lies beside its data asks for a passphrase.
        asked = [] if self.machine.tpm else ["passphrase"]
        for name in [*asked, "enrolment-found", "enrolment-ready"]:
            self.touches_wherever_it_is(self.walk.at(name))
        self.sees(self.walk.at("attract"))

    def touches_wherever_it_is(self, at):
        """What was touched on a picture of the walk, where the machine had more or less to say above it."""
        spot = self.walk.lines[at + 1]["touch"]
        band = self.walk.picture(at).band(spot["y"] - BUTTON, 2 * BUTTON)
        # What leads down a page that is longer than the screen.
        long, before = self.walk.where("enrolment-long"), None
        down = long and self.walk.lines[long + 1]["touch"]
        arrow = down and self.walk.picture(long).patch(down["x"], down["y"], 6 * BUTTON, 2 * BUTTON)

        def found():
            nonlocal before
            screen = self.machine.looks()
            row = screen.row_of(band)
            if row is None and before is not None and screen.points != before.points:
                self.keeps(screen, "meanwhile")
            still, before = before is not None and screen.points == before.points, screen
            if row is None and still and down and screen.patch(down["x"], down["y"], 6 * BUTTON, 2 * BUTTON) == arrow:
                self.touches(down)
            return None if row is None else (screen, row)

        name = self.walk.lines[at]["picture"].removesuffix(".png")[3:]
        there = self.machine.until(found)
        self.judge(self.machine, f"the button on the screen: {name}", there is not None, spot["label"])
        if there is None:
            raise LookupError(name)
        self.keeps(there[0], name)
        self.touches({"x": spot["x"], "y": there[1] + BUTTON})

    def does_the_errand(self):
        """As a resident does, from the first screen to the last one."""
        self.goes(self.walk.at("attract"), self.walk.at("goodbye"))


def references_on(paper):
    """The references that are printed on a piece of paper."""
    return ["-".join(groups) for groups in re.findall(r"\b([0-9A-Z]{4})[ -]([0-9A-Z]{4})[ -]([0-9A-Z]{3})\b", paper)]


def paid_errand(machine, person, devices, hub, judge):
    """One errand; its reference, when all of it was seen from outside as well."""
    papers, charges = len(devices.told("printed")), len(devices.told("charged"))
    person.does_the_errand()
    papers, charges = devices.told("printed")[papers:], devices.told("charged")[charges:]
    judge(machine, "the terminal charged once", len(charges) == 1, f"{[charge['charged'] for charge in charges]} cents")
    reference = next((each for paper in papers for each in references_on(paper["printed"])), None)
    judge(machine, "one receipt was printed and cut, with a reference", len(papers) == 1 and papers[0]["cut"] and reference is not None, f"{reference}")
    if reference is None or not charges:
        return None
    stored = machine.until(lambda: hub.transaction(reference))
    payment = (stored or {}).get("payment") or {}
    said = f"{payment.get('state')}, {payment.get('amount')} cents"
    judge(machine, "the hub has the request, paid", payment.get("state") == "paid" and payment.get("amount") == charges[0]["charged"], said)
    return reference
