"""Parts what Helm rendered into a file for each object, with the hub.toml that stands in one of them; or, with
--compose, looks whether everything is there that a compose file refers to. Read by script/check-deploy."""

import sys
from pathlib import Path

import yaml


def part(rendered, folder):
    folder.mkdir()
    for number, entry in enumerate(yaml.safe_load_all(rendered.read_text())):
        if entry is None:
            continue
        (folder / f"{number:02}-{entry['kind'].lower()}.yaml").write_text(yaml.safe_dump(entry))
        if entry["kind"] == "ConfigMap":
            (folder / "hub.toml").write_text(entry["data"]["hub.toml"].strip() + "\n")


def look_at_compose(path):
    project = yaml.safe_load(path.read_text())
    for name, service in project["services"].items():
        for used in service.get("secrets", []):
            used = used if isinstance(used, str) else used["source"]
            assert used in project["secrets"], f"{name} uses {used}, which secrets lacks"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            there = (path.parent / source).is_file() if source.startswith(".") else source in project["volumes"]
            assert there, f"{name} mounts {volume}"
        for network in service.get("networks", []):
            assert network in project["networks"], f"{name} is in {network}"
        for other in service.get("depends_on", []):
            assert other in project["services"], f"{name} waits for {other}"
        build = service.get("build")
        if build:
            context = path.parent / build["context"]
            assert (context / build["dockerfile"]).is_file(), f"{name} is built from nothing"


if sys.argv[1] == "--compose":
    look_at_compose(Path(sys.argv[2]))
else:
    part(Path(sys.argv[1]), Path(sys.argv[2]))
