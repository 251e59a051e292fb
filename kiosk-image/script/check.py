"""Boots one emulated pillar from the factory and judges what comes: by marks on its console and by its screen, never by the time of day.

Then it is enrolled at its screen, does a paid errand, and has its plug pulled (errand.py). Ends with 1 when something was not seen.
"""

import sys

from emulated import Judge, Machine
from errand import Devices, Hub, Person, Walk, paid_errand

folder, image, program, walk, devices, profile = sys.argv[1:]
judge, walk, devices = Judge(), Walk(walk), Devices(devices)
hub, machine = Hub(program, f"{folder}/hub"), Machine(folder, image)
person = Person(machine, walk, judge, f"{folder}/shown")


def first_picture():
    return machine.says(r"zuil [0-9.]+: the first picture is on the screen") is not None


try:
    machine.start()
    judge(machine, "the first picture is on the screen", first_picture())
    if machine.process.poll() is not None:
        sys.exit(f"the machine ended; {folder}/machine.log says why")
    # A black screen has one colour, a console two; letters drawn smoothly have many.
    colours = machine.looks().colours()
    judge(machine, "the screen shows more than a console", colours > 16, f"{colours} colours")
    said = machine.said.decode(errors="replace")
    judge(machine, "nothing asks anybody to log in", profile == "lab" or "login:" not in said)
    judge(machine, "nothing of the system failed", "[FAILED]" not in said and "emergency mode" not in said.lower())
    # A lab image says on every screen that it is one: none is as in the walk.
    if profile == "field":
        devices.plug_into(machine)
        person.enrols(hub)
        reference = paid_errand(machine, person, devices, hub, judge)
        machine.pull_the_plug()
        machine.start()
        judge(machine, "it starts again after the plug was pulled", first_picture())
        devices.plug_into(machine)
        person.sees(walk.at("attract"))
        if reference:
            judge(machine, "and the hub still has one request", [line["reference"] for line in hub.payments()] == [reference])
except LookupError as error:
    judge(machine, f"it went on to the screen {error}", False)
finally:
    machine.end()
    hub.end()
sys.exit(judge.end())
