"""The shipped double: an engine that keeps what it was told in files and runs nothing.

Several processes agree, because what it knows stands below PARAAT_HOME/cloud/memory. It keeps the contract of `drivers.base`
(`tests/cloud/test_drivers.py`) but for two things it cannot: no client reaches a service (`real` is False, and nobody may call
such a service verified), and its figures of use and capacity follow from the manifests, not from a measurement.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from paraat.cloud import configuration
from paraat.cloud.drivers.base import Capacity, EngineFailed, Health, Route, Seen, Use
from paraat.cloud.rules.manifests import demand
from paraat.cloud.rules.names import label
from paraat.cloud.rules.sizes import claims, memory_of, ports_of
from paraat.cloud.workload import Workload
from paraat.kernel.errors import NotFound

GIB = 1024**3
CAPACITY = {"memory": 32 * GIB, "cpu_millis": 16_000, "disk": 500 * GIB}
"""What this engine claims to have: a common small server."""


class Driver:
    """Tenants in files."""

    name = "memory"
    live = False
    real = False

    def lacks(self) -> list[str]:
        """Nothing is missing, for nothing runs."""
        return []

    def absent(self, images: Collection[str]) -> set[str]:  # noqa: ARG002
        """It needs no image."""
        return set()

    def load(self, archive: Path) -> None:
        """It needs no image."""

    def prepare(self, workload: Workload) -> None:
        """A folder per volume."""
        with self._state(workload.tenant) as state:
            state["budget"] = workload.budget.memory_mb
            for part in workload.parts:
                for claim in claims(part.manifests):
                    self._volume(workload.tenant, claim).mkdir(parents=True, exist_ok=True)

    def start(self, workload: Workload, service: str) -> None:
        """Note that it runs. EngineFailed while `fail` asks for it; Invalid for a manifest that no engine may run."""
        part = workload.part(service)
        demand(service, part.manifests)
        self.prepare(workload)
        with self._state(workload.tenant) as state:
            if text := state["faults"].get(service):
                raise EngineFailed(text)
            old = state["services"].get(service, {})
            if old.get("running") and old["revision"] == part.revision:
                return
            state["services"][service] = {
                "running": True,
                "revision": part.revision,
                "restarts": old.get("restarts", 0),
                "since": datetime.now(UTC).isoformat(),
                "ports": ports_of(part.manifests),
                "memory": memory_of(part.manifests),
            }

    def stop(self, tenant: str, service: str) -> None:
        """Note that it does not run."""
        if not self._home(tenant).exists():
            return
        with self._state(tenant) as state:
            state["services"].pop(service, None)

    def observe(self, tenant: str) -> tuple[Seen, ...]:
        """What runs is healthy, but for what `die` and `fail` say."""
        return tuple(self._seen(name, one) for name, one in sorted(self._read(tenant)["services"].items()))

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        """An address where nobody listens."""
        ports = self._running(tenant, service)["ports"]
        if port not in ports:
            raise NotFound("The service has no such port", service=service, port=port)
        return "127.0.0.1", int(ports[port])

    def run(
        self,
        tenant: str,
        service: str,
        command: Sequence[str],
        *,
        stdin: bytes = b"",  # noqa: ARG002
        container: str = "",  # noqa: ARG002
    ) -> bytes:
        """Nothing: the command is noted (see `commands`) and its output is empty."""
        self._running(tenant, service)
        with self._state(tenant) as state:
            state["commands"].append([service, *command])
        return b""

    def volumes(self, tenant: str) -> tuple[str, ...]:
        """The folders."""
        folder = self._home(tenant) / "volumes"
        return tuple(sorted(one.name for one in folder.iterdir())) if folder.exists() else ()

    @contextmanager
    def volume(self, tenant: str, name: str, *, write: bool = False) -> Iterator[Path]:  # noqa: ARG002
        """The folder itself."""
        folder = self._volume(tenant, name)
        if not folder.is_dir():
            raise NotFound("The tenant has no such volume", tenant=tenant, volume=name)
        yield folder

    def logs(self, tenant: str, service: str, *, lines: int = 200) -> str:
        """One line for every command that was run."""
        said = [" ".join(one[1:]) for one in self._read(tenant)["commands"] if one[0] == service]
        return "\n".join(said[-lines:])

    def remove(self, tenant: str) -> None:
        """The folder goes, unless `fail` was asked for the word `remove`."""
        if text := self._read(tenant)["faults"].get("remove"):
            raise EngineFailed(text)
        shutil.rmtree(self._home(tenant), ignore_errors=True)

    def leftovers(self, tenant: str) -> tuple[str, ...]:
        """Services and volumes that are still noted, else the folder itself."""
        if not self._home(tenant).exists():
            return ()
        left = [f"service {tenant}.{name}" for name in self._read(tenant)["services"]]
        return tuple(left + [f"volume {tenant}.{name}" for name in self.volumes(tenant)] or [f"folder {tenant}"])

    def tenants(self) -> frozenset[str]:
        """The folders' names."""
        folder = self._place() / "tenants"
        return frozenset(one.name for one in folder.iterdir()) if folder.exists() else frozenset()

    def use(self, tenant: str) -> Use:
        """The memory that its manifests ask for, and the true size of its volumes."""
        services = [one for one in self._read(tenant)["services"].values() if one["running"]]
        files = (path for path in self._home(tenant).rglob("*") if path.is_file() and path.name != "state.json")
        return Use(
            memory=sum(one["memory"] for one in services),
            cpu_seconds=0.0,
            disk=sum(path.stat().st_size for path in files),
            containers=len(services),
        )

    def capacity(self) -> Capacity:
        """`CAPACITY`, less what the tenants take."""
        taken = [self.use(tenant) for tenant in self.tenants()]
        return Capacity(
            memory_free=max(0, CAPACITY["memory"] - sum(one.memory for one in taken)),
            disk_free=max(0, CAPACITY["disk"] - sum(one.disk for one in taken)),
            **CAPACITY,
        )

    def render(self, workload: Workload) -> str:
        """The manifests as they are."""
        return yaml.safe_dump_all(
            [one for part in workload.parts for one in part.manifests], sort_keys=False, allow_unicode=True
        )

    def enter(self, routes: Iterable[Route]) -> Mapping[str, tuple[str, int]]:
        """Note the routes; nobody listens."""
        found = sorted((one.kind, one.host, one.tenant, one.service, one.port) for one in routes)
        _write(self._place() / "routes.json", found)
        return {kind: (configuration.ENTRANCE.get(), number) for kind, number in configuration.entrance().items()}

    # What the engine does not offer, for tests -------------------------------------------------------------------------------------

    def fail(self, tenant: str, what: str, text: str = "") -> None:
        """From now on starting the service `what` (or `remove`) fails with `text`; empty: no longer."""
        with self._state(tenant) as state:
            state["faults"].pop(what, None)
            if text:
                state["faults"][what] = text

    def die(self, tenant: str, service: str) -> None:
        """As if its main process was killed and nobody started it again."""
        with self._state(tenant) as state:
            state["services"][service] |= {"running": False, "restarts": state["services"][service]["restarts"] + 1}

    def routes(self) -> list[list[str]]:
        """What `enter` was told: kind, host, tenant, service, port."""
        found: list[list[str]] = _load(self._place() / "routes.json", [])
        return found

    def commands(self, tenant: str) -> list[list[str]]:
        """What `run` was told: the service, then the words."""
        found: list[list[str]] = self._read(tenant)["commands"]
        return found

    # Files -------------------------------------------------------------------------------------------------------------------------

    def _place(self) -> Path:
        return configuration.place() / "memory"

    def _home(self, tenant: str) -> Path:
        return self._place() / "tenants" / label(tenant)

    def _volume(self, tenant: str, name: str) -> Path:
        return self._home(tenant) / "volumes" / label(name)

    def _read(self, tenant: str) -> dict[str, Any]:
        state: dict[str, Any] = {"services": {}, "faults": {}, "commands": []}
        state |= _load(self._home(tenant) / "state.json", {})
        return state

    @contextmanager
    def _state(self, tenant: str) -> Iterator[dict[str, Any]]:
        """What is known of a tenant, for one process at a time; kept on leaving if nothing was raised."""
        home = self._home(tenant)
        home.mkdir(parents=True, exist_ok=True)
        with (self._place() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self._read(tenant)
            yield state
            _write(home / "state.json", state)

    def _running(self, tenant: str, service: str) -> dict[str, Any]:
        one: dict[str, Any] = self._read(tenant)["services"].get(service, {"running": False})
        if not one["running"]:
            raise NotFound("The service does not run", tenant=tenant, service=service)
        return one

    def _seen(self, name: str, one: dict[str, Any]) -> Seen:
        health = Health.HEALTHY if one["running"] else Health.UNHEALTHY
        since = datetime.fromisoformat(one["since"])
        error = "" if one["running"] else "its process ended"
        return Seen(name, health, one["revision"], restarts=one["restarts"], since=since, error=error)


def _load(path: Path, default: Any) -> Any:
    """The JSON of a file, or `default` where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default


def _write(path: Path, value: Any) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(value), encoding="utf-8")
    fresh.replace(path)
