"""The port behind which containers run. Three engines stand behind it: in memory, podman on one host, and Kubernetes.

A driver is asked for a state, never for a step: every method may be called again after a crash half way, and then finishes the work.
One contract test (`tests/cloud/test_drivers.py`) holds for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from paraat.cloud.workload import Workload
from paraat.kernel.errors import ParaatError


class EngineFailed(ParaatError):
    """The engine that runs containers refused or does not answer."""


class Health(StrEnum):
    """What a service's containers are, by their own readiness probes."""

    ABSENT = "absent"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Seen:
    """One service of a tenant as the engine has it now."""

    service: str
    health: Health
    revision: str  # of the manifests it was made from; "" when absent
    restarts: int = 0
    since: datetime | None = None  # UTC; when its newest container started
    error: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What a tenant takes now."""

    memory: int  # bytes
    cpu_seconds: float  # since its containers started
    disk: int  # bytes in its volumes
    containers: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the engine has to give."""

    memory: int  # bytes in all
    memory_free: int
    cpu_millis: int
    disk: int  # bytes in all
    disk_free: int
    hosts: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """One way in through the entrance: a TLS name to a port of a service of a tenant."""

    host: str  # such as webmail.nood.ronse.be
    kind: str  # https, imaps, submissions
    tenant: str
    service: str
    port: str  # its name in the catalog
    certificate: str  # PEM, chain included
    key: str  # PEM


class Driver(Protocol):
    """An engine that runs tenants. Every object it makes for a tenant carries the label `paraat.tenant`."""

    name: str  # in settings, on screens and in the journal
    live: bool  # whether `volume` is the folder that the tenant writes in, not a copy: no link in it may be followed
    real: bool  # whether a client can reach what it runs; the double in memory runs nothing, so nobody may call it verified

    def lacks(self) -> list[str]:
        """What is missing on this host before it can run anything, one plain sentence each with what to install; empty: ready."""
        ...

    def absent(self, images: Collection[str]) -> set[str]:
        """Those of `images` (`localhost/paraat/web:<digest>`) that the engine does not have."""
        ...

    def load(self, archive: Path) -> None:
        """Take the images of an archive (OCI or docker archive, as `cloud build` bundles them) into the engine."""
        ...

    def prepare(self, workload: Workload) -> None:
        """Network or namespace, quota, egress rules and empty volumes: everything but the services. Does nothing where it is so already."""
        ...

    def start(self, workload: Workload, service: str) -> None:
        """Have one service run from its manifests: made, made anew when its revision differs, started when stopped. Does not wait for health."""
        ...

    def stop(self, tenant: str, service: str) -> None:
        """Have one service not run. Its volumes stay."""
        ...

    def observe(self, tenant: str) -> tuple[Seen, ...]:
        """Every service of the tenant that the engine knows, with its probes tried once."""
        ...

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        """Where this host reaches a port of a service. NotFound when it does not run."""
        ...

    def run(
        self, tenant: str, service: str, command: Sequence[str], *, stdin: bytes = b"", container: str = ""
    ) -> bytes:
        """The output of a command in the service's (first) container; EngineFailed with its error output when it fails."""
        ...

    def volumes(self, tenant: str) -> tuple[str, ...]:
        """The names of its volumes, as the catalog has them."""
        ...

    def volume(self, tenant: str, name: str, *, write: bool = False) -> AbstractContextManager[Path]:
        """A volume's content as a folder of this host while inside. Written back on leaving when `write`, if nothing was raised."""
        ...

    def logs(self, tenant: str, service: str, *, lines: int = 200) -> str:
        """The last lines that its containers wrote."""
        ...

    def remove(self, tenant: str) -> None:
        """Have nothing left of the tenant. Check with `leftovers`: being told to remove is no proof."""
        ...

    def leftovers(self, tenant: str) -> tuple[str, ...]:
        """Everything that still carries the tenant's label or name, such as "volume ronse-mail-data"; empty proves that it is gone."""
        ...

    def tenants(self) -> frozenset[str]:
        """The names of all tenants of this installation that have anything on the engine."""
        ...

    def use(self, tenant: str) -> Use:
        """What the tenant takes now."""
        ...

    def capacity(self) -> Capacity:
        """What the engine has to give."""
        ...

    def render(self, workload: Workload) -> str:
        """The YAML that would be played, for the exit of a tenant and for who wants to play it by hand. Secrets are in it."""
        ...

    def enter(self, routes: Iterable[Route]) -> Mapping[str, tuple[str, int]]:
        """Have the one entrance serve exactly these routes with TLS; connections that last are not cut. Returns where each kind listens."""
        ...
