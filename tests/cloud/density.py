"""Many tenants at once on one host: played by the driver, proven by the catalog's own clients, tried against each other, and removed.

python -m tests.cloud.density COUNT SERVICE...     prints one line of JSON, for the benchmark
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paraat.cloud import catalog
from paraat.cloud.access import Access, NotVerified
from paraat.cloud.drivers.base import Driver, EngineFailed
from paraat.cloud.workload import Prepared

WORKERS = 4
"""How many tenants are started or ended at once: podman does most of it one after the other."""
PATIENCE = 300.0
_TRY = """use IO::Socket::INET;
for (@ARGV) { my ($h, $p) = split /:/; print "$_ " if IO::Socket::INET->new(PeerAddr => $h, PeerPort => $p, Timeout => 2) }"""
"""Prints those of its arguments (host:port) that let themselves be connected to."""


@dataclass(slots=True)
class Crowd:
    """Tenants that run together."""

    driver: Any
    services: tuple[str, ...]
    towns: list[Prepared]
    proven: dict[str, int] = field(default_factory=dict)  # tenant -> how many things clients proved

    def start(self) -> float:
        """All of them, none waiting for another; the seconds it took."""
        began = time.monotonic()
        _each(self._start, self.towns)
        return time.monotonic() - began

    def _start(self, town: Prepared) -> None:
        from tests.cloud.catalog.played import workload

        wanted = workload(town, *self.services)
        self.driver.prepare(wanted)
        for part in wanted.parts:
            self.driver.start(wanted, part.service)

    def verify(self) -> float:
        """Every client of every tenant, now that all run; the seconds it took."""
        began = time.monotonic()
        _each(self._verify, self.towns)
        return time.monotonic() - began

    def _verify(self, town: Prepared) -> None:
        self.proven[town.tenant] = sum(len(_proven(name, Access(town, self.driver))) for name in self.services)

    def reached(self) -> list[str]:
        """Every way from a tenant into another that is open: by address and port of all others, by name of the next. Each reaches itself."""
        ports = {town.tenant: self._doors(town) for town in self.towns}
        found = []
        for index, town in enumerate(self.towns):
            mine = ports[town.tenant]
            others = [door for name, doors in ports.items() if name != town.tenant for door in doors]
            next_one = self.towns[(index + 1) % len(self.towns)].tenant
            names = [f"{next_one}.{name}:8080" for name in self.services] + [
                f"{name}.{next_one}:8080" for name in self.services
            ]
            open_ = (
                self.driver.run(town.tenant, "web", ["perl", "-e", _TRY, *mine[:1], *others, *names]).decode().split()
            )
            assert open_[:1] == mine[:1], f"{town.tenant} does not reach itself, so the others prove nothing"
            found += [f"{town.tenant} -> {one}" for one in open_[1:]]
        return found

    def _doors(self, town: Prepared) -> list[str]:
        where = [
            self.driver.address(town.tenant, name, port.name)
            for name in self.services
            for port in catalog.service(name).ports
        ]
        return [f"{host}:{port}" for host, port in where]

    def memory(self) -> list[int]:
        """Bytes per tenant as the kernel counts them, the least first."""
        return sorted(self.driver.use(town.tenant).memory for town in self.towns)

    def end(self) -> float:
        """All of them gone, and looked for; the seconds it took."""
        began = time.monotonic()
        _each(lambda town: self.driver.remove(town.tenant), self.towns)
        return time.monotonic() - began


def crowd(driver: Driver, count: int, services: Sequence[str]) -> Crowd:
    """`count` towns with these services and what they need; nothing runs yet."""
    from tests.cloud.catalog.played import prepared

    chosen = catalog.chosen(services)
    return Crowd(driver, chosen, [prepared(f"rdense-{number:02}", *chosen) for number in range(1, count + 1)])


def left(driver: Any, names: Iterable[str]) -> list[str]:
    """Whatever the engine or the kernel still has of these tenants."""
    found = [f"{name}: {one}" for name in names for one in driver.leftovers(name)]
    found += [str(path) for path in (driver.engine.store / "volumes").glob("rdense-*")]
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return found + [
        line for line in mounts if str(driver.engine.store) in line and line.split()[4].endswith(("/merged", "/shm"))
    ]


def free() -> int:
    """Bytes of this host's memory that are to be had."""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def _proven(service: str, access: Access) -> list[str]:
    """What the client proves as soon as it proves something."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return list(catalog.verifier(service).verify(access))
        except (NotVerified, EngineFailed, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.25)


def _each(what: Callable[[Prepared], Any], towns: list[Prepared]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(what, towns))


def measured(driver: Driver, count: int, services: Sequence[str]) -> dict[str, Any]:
    """Play them all once; what it took. Fails when one reaches another or something stays."""
    many = crowd(driver, count, services)
    before = free()
    try:
        start = many.start()
        host = before - free()
        said: dict[str, Any] = {
            "tenants": count,
            "services": list(many.services),
            "start": start,
            "verify": many.verify(),
        }
        reached, memory = many.reached(), many.memory()
    finally:
        end = many.end()
    assert reached == [], reached
    assert left(driver, [town.tenant for town in many.towns]) == []
    assert sorted(many.proven) == [town.tenant for town in many.towns] and all(many.proven.values())
    mean = sum(memory) / count
    return said | {
        "end": end,
        "least": memory[0],
        "mean": mean,
        "most": memory[-1],
        "host": host,
        "load": os.getloadavg()[0],
    }


def main(count: str, *services: str) -> None:
    """For the benchmark: a process of its own."""
    import tempfile

    import django

    with tempfile.TemporaryDirectory(prefix="paraat-density-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "paraat.settings", "PARAAT_HOME": folder}
        django.setup()
        print(json.dumps(_main(Path(folder), int(count), services)))


def _main(folder: Path, count: int, services: Sequence[str]) -> dict[str, Any]:
    from paraat.cloud import images
    from tests.cloud import trial

    with trial.podman(folder) as driver:
        images.build({one for name in catalog.chosen(services) for one in catalog.service(name).images})
        return measured(driver, count, services)


if __name__ == "__main__":
    main(*sys.argv[1:])
