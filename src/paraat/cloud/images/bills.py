"""The bill of materials of an image (CycloneDX 1.6): every Debian, Python and npm package in it, with its version."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from paraat.cloud.configuration import images_place
from paraat.cloud.images import npm, store
from paraat.cloud.images.sources import Image, image

_LOOK = (
    "dpkg-query --show --showformat 'deb ${Package} ${Version} ${Architecture} ${source:Package}\\n';"
    "for file in $(find / -xdev -path '*.dist-info/METADATA'); do"
    " echo pypi $(sed -n 's/^Name: //p' $file | head -1) $(sed -n 's/^Version: //p' $file | head -1); done"
)


def write(one: Image, reference: str) -> Path:
    """Write the bill of an image that was just made; where it is."""
    path = place(reference)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill(one, reference), indent=1), encoding="utf-8")
    return path


def place(reference: str) -> Path:
    """The file of an image's bill."""
    return images_place() / "bills" / f"{reference.rpartition('/')[2].replace(':', '-')}.cdx.json"


def bill(one: Image, reference: str) -> dict[str, Any]:
    """What the image consists of, as it says itself, and the npm packages of its lock files."""
    components = [_component(*line.split()) for line in _look(reference).splitlines()]
    components += [_npm(place, found) for lock in _locks(one) for place, found in npm.packages(lock).items()]
    unique = {str(component["purl"]): component for component in components}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": f"paraat/{one.name}", "version": reference}},
        "components": [unique[purl] for purl in sorted(unique)],
    }


def _look(reference: str) -> str:
    """Lines of kind, name, version, from a container that can do nothing else."""
    shut = ["run", "--rm", "--network", "none", "--cap-drop", "all", "--read-only", "--user", "10001"]
    return store.podman(*shut, "--entrypoint", "/bin/sh", reference, "-c", f"{_LOOK} 2>/dev/null; exit 0")


def _component(kind: str, name: str, version: str, architecture: str = "", source: str = "") -> dict[str, Any]:
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
        return _library(name, version, f"pkg:pypi/{name}@{version}")
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}?arch={architecture}&distro=debian-12"
    return _library(name, version, purl) | {"properties": [{"name": "debian:source", "value": source}]}


def _npm(place: str, found: dict[str, Any]) -> dict[str, Any]:
    name, version = npm.name_of(place), str(found["version"])
    return _library(name, version, f"pkg:npm/{quote(name)}@{version}")


def _library(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "library", "name": name, "version": version, "purl": purl}


def _locks(one: Image) -> list[Path]:
    """The lock files of the image and of those it stands on."""
    found = [one.folder / "package-lock.json"]
    while one.base:
        one = image(one.base)
        found.append(one.folder / "package-lock.json")
    return [path for path in found if path.exists()]
