"""Writes what an image consists of as CycloneDX: the packages of mkosi's manifest, and the crates of `cargo tree`.

The same image gives the same bytes: nothing in it is the time of day or chance.
"""

import json
import sys
import uuid
from datetime import datetime, timezone

version, moment, manifest, crates = sys.argv[1:]


def packages():
    with open(manifest, encoding="utf-8") as file:
        for package in json.load(file)["packages"]:
            name, found, arch = package["name"], package["version"], package["architecture"]
            purl = f"pkg:deb/debian/{name}@{found.replace('+', '%2B').replace(':', '%3A')}?arch={arch}&distro=trixie"
            yield {"type": "library", "bom-ref": purl, "name": name, "version": found, "purl": purl}


def libraries():
    with open(crates, encoding="utf-8") as file:
        for line in sorted(set(file.read().splitlines())):
            # `name v1.2.3 (where from)|licence`; (*) marks what was told before.
            told, _, licence = line.replace(" (*)", "").rpartition("|")
            if not told:
                continue
            name, found = told.split(" ")[:2]
            purl = f"pkg:cargo/{name}@{found.removeprefix('v')}"
            piece = {"type": "library", "bom-ref": purl, "name": name, "version": found.removeprefix("v"), "purl": purl}
            if licence:
                piece["licenses"] = [{"expression": licence.replace("/", " OR ")}]
            yield piece


pieces = {piece["bom-ref"]: piece for piece in [*packages(), *libraries()]}
json.dump(
    {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'zuil image {version} {moment}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(moment), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "operating-system", "name": "zuil", "version": version},
        },
        "components": [pieces[key] for key in sorted(pieces)],
    },
    sys.stdout,
    indent=1,
    ensure_ascii=False,
)
print()
