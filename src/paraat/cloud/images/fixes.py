"""Which images hold packages for which Debian has newer ones: when it is time for `paraat cloud build --refresh`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from paraat.cloud.images import debian, store
from paraat.cloud.images.sources import chosen

_INST = re.compile(r"^Inst (\S+) \[([^\]]+)\] \((\S+) ([^)]*)\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fix:
    """A package of an image that Debian has a newer version of."""

    image: str
    package: str
    here: str
    newer: str
    security: bool  # it comes from Debian's security archive


def pending(names: Iterable[str] | None = None) -> list[Fix]:
    """What a refresh would bring to the images that are built, by the lists as they are on the mirror now."""
    store.demand()
    with store.alone():
        debian.update(force=True)
        there = store.references()
        return [
            fix
            for one in chosen(names)
            if one.reference() in there
            for fix in read(one.name, _simulated(one.reference()))
        ]


def read(name: str, said: str) -> list[Fix]:
    """The fixes in what `apt-get --simulate upgrade` said."""
    return [
        Fix(name, package, here, newer, "-security" in where.lower() or "Debian-Security" in where)
        for package, here, newer, where in _INST.findall(said)
    ]


def _simulated(reference: str) -> str:
    """What apt in the image would upgrade, with the lists of this host; without a network and without writing anything."""
    shut = ["run", "--rm", "--network", "none", "--read-only", "--user", "0", "--env", "APT_CONFIG=/run/build/apt.conf"]
    folders = [
        "--volume",
        f"{debian.inside()}:/run/build:ro",
        "--volume",
        f"{store.cache('lists')}:/run/build/lists:ro",
    ]
    command = ["apt-get", "--simulate", "-o", "Debug::NoLocking=1", "dist-upgrade"]
    return store.podman(*shut, *folders, "--entrypoint", "/usr/bin/env", reference, *command)
