"""Lets an emulated pillar without a TPM do errands, and writes down everything that its disk was given meanwhile, for crash.py.

`record.py FOLDER IMAGE HUB WALK DEVICES ERRANDS`. Marks in the log tell when it was enrolled, and each payment and each receipt soon
after it happened.
"""

import json
import sys
import threading

from emulated import Judge, Machine
from errand import Devices, Hub, Person, Walk, paid_errand, references_on
from plugs import Server, disk_of


class Witness(threading.Thread):
    """Marks in the log what the devices tell."""

    def __init__(self, server, devices):
        super().__init__(daemon=True)
        self.server, self.devices, self.over, self.marked = server, devices, threading.Event(), 0
        self.start()

    def run(self):
        while not self.over.wait(0.05):
            told = self.devices.told_since(self.marked)
            self.marked += len(told)
            for line in told:
                if "charged" in line:
                    self.server.say("mark " + json.dumps({"charged": line["charged"]}))
                elif "printed" in line:
                    self.server.say("mark " + json.dumps({"printed": references_on(line["printed"])}))

    def ends(self):
        self.over.set()
        self.join()


def main(folder, image, program, walk, devices, errands):
    judge, walk, devices = Judge(), Walk(walk), Devices(devices)
    disk_of(folder, image)
    disk_of(folder, image, "begun.raw")
    hub, server = Hub(program, f"{folder}/hub"), Server(folder, f"{folder}/log")
    machine, witness = Machine(folder, image, tpm=False, disk=server.place), None
    person = Person(machine, walk, judge, f"{folder}/shown")
    try:
        machine.start()
        judge(machine, "the first picture is on the screen", machine.says(r"zuil [0-9.]+: the first picture is on the screen") is not None)
        devices.plug_into(machine)
        person.enrols(hub)
        server.say('mark {"enrolled": true}')
        witness = Witness(server, devices)
        for number in range(int(errands)):
            if number:
                # The last screen of the errand before goes by itself.
                person.sees(walk.at("attract"))
            paid_errand(machine, person, devices, hub, judge)
        witness.ends()
    except LookupError as error:
        judge(machine, f"it went on to the screen {error}", False)
    finally:
        machine.end()
        server.end()
        hub.end()
    return judge.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
