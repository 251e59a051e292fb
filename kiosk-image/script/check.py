"""Boots one emulated pillar and judges what comes: by marks on its console and by its screen, never by the time of day.

Ends with 1 when something was not seen.
"""

import sys

from emulated import Judge, Machine

folder, image, profile = sys.argv[1:]
machine, judge = Machine(folder, image), Judge()
try:
    machine.start()
    ready = machine.says(r"zuil [0-9.]+: the first picture is on the screen")
    judge(machine, "the first picture is on the screen", ready is not None)
    if machine.process.poll() is not None:
        sys.exit(f"the machine ended; {folder}/machine.log says why")
    width, height, colours = machine.colours("first-screen")
    # A black screen has one colour, a console two; letters drawn smoothly have many.
    judge(machine, "the screen shows more than a console", colours > 16, f"{width}x{height}, {colours} colours")
    said = machine.said.decode(errors="replace")
    judge(machine, "nothing asks anybody to log in", profile == "lab" or "login:" not in said)
    judge(machine, "nothing of the system failed", "[FAILED]" not in said and "emergency mode" not in said.lower())
finally:
    machine.end()
sys.exit(judge.end())
