"""What podman has of a tenant now."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paraat.cloud.drivers.base import Health, Seen, Use
from paraat.cloud.drivers.podman import network, probing
from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import PROBES_LABEL
from paraat.cloud.drivers.podman.pods import IP_LABEL, labels_of
from paraat.cloud.workload import LABEL, REVISION_LABEL, SERVICE_LABEL
from paraat.kernel.errors import NotFound

STARTING_SECONDS = 90
"""How long a service may fail its probes before that is called unhealthy rather than starting."""
_restarts: dict[tuple[str, int], int] = {}


def observe(engine: Engine, tenant: str) -> tuple[Seen, ...]:
    """Every service, with its probes tried once and all at once."""
    containers = engine.labelled("containers", f"{LABEL}={tenant}", all="true")
    services: dict[str, list[dict[str, Any]]] = {}
    for one in containers:
        if not one.get("IsInfra"):
            services.setdefault(one["Labels"].get(SERVICE_LABEL, ""), []).append(one)
    failed = probing.failures(_asked(services))
    return tuple(_seen(engine, name, found, failed) for name, found in sorted(services.items()))


def _asked(services: dict[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """A probe for every container that runs."""
    for found in services.values():
        for one in found:
            for probe in labels_of(one, PROBES_LABEL) or ():
                if one["State"] == "running" and one["Names"][0] == f"{one['PodName']}-{probe['container']}":
                    yield one["Id"], one["Labels"][IP_LABEL], probe


def _seen(engine: Engine, name: str, found: list[dict[str, Any]], failed: dict[str, str]) -> Seen:
    since = datetime.fromtimestamp(max(one["StartedAt"] for one in found), UTC)
    down = [f"{one['Names'][0]} is {one['State']}" for one in found if one["State"] != "running"]
    wrong = [*down, *(failed[one["Id"]] for one in found if one["Id"] in failed)]
    return Seen(
        service=name,
        health=_health(down, wrong, (datetime.now(UTC) - since).total_seconds()),
        revision=found[0]["Labels"].get(REVISION_LABEL, ""),
        restarts=sum(_restarts_of(engine, one) for one in found),
        since=since,
        error="; ".join(wrong)[:500],
    )


def _health(down: list[str], wrong: list[str], age: float) -> Health:
    if not wrong:
        return Health.HEALTHY
    return Health.UNHEALTHY if down or age > STARTING_SECONDS else Health.STARTING


def _restarts_of(engine: Engine, one: dict[str, Any]) -> int:
    """How often it was started again. Asked once per start, for it changes only with it."""
    key = (one["Id"], one["Pid"])
    if key not in _restarts:
        try:
            _restarts[key] = int(engine.get(f"/containers/{one['Id']}/json").get("RestartCount") or 0)
        except NotFound:
            return 0
    return _restarts[key]


# What it takes ------------------------------------------------------------------------------------------------------------------------


def use(engine: Engine, tenant: str) -> Use:
    """Memory and processor as the kernel counts them per pod; disk as it lies in the volumes."""
    pods = engine.labelled("pods", f"{LABEL}={tenant}")
    groups = [str(pod["Cgroup"]).strip("/") + "/" + pod["Id"] for pod in pods]
    volumes = engine.labelled("volumes", f"{LABEL}={tenant}")
    return Use(
        memory=sum(_memory(group) for group in groups),
        cpu_seconds=sum(_seconds(group) for group in groups),
        disk=sum(_size(Path(one["Mountpoint"])) for one in volumes),
        containers=sum(
            1
            for pod in pods
            for one in pod["Containers"] or ()
            if one["Status"] == "running" and "-infra" not in one["Names"]
        ),
    )


def _memory(group: str) -> int:
    """Bytes, without files that the kernel would give back at once."""
    for folder, total, idle in (
        (Path("/sys/fs/cgroup/memory") / group, "memory.usage_in_bytes", "total_inactive_file"),
        (Path("/sys/fs/cgroup") / group, "memory.current", "inactive_file"),
    ):
        if (folder / total).exists():
            return int((folder / total).read_text()) - _entry(folder / "memory.stat", idle)
    return 0


def _seconds(group: str) -> float:
    old = Path("/sys/fs/cgroup/cpuacct") / group / "cpuacct.usage"
    if old.exists():
        return int(old.read_text()) / 1e9
    new = Path("/sys/fs/cgroup") / group / "cpu.stat"
    return _entry(new, "usage_usec") / 1e6 if new.exists() else 0.0


def _entry(path: Path, name: str) -> int:
    lines = (line.split() for line in path.read_text().splitlines())
    return next((int(words[1]) for words in lines if words[0] == name), 0)


def _size(folder: Path) -> int:
    """What the files below a folder take on the disk. A file that goes away meanwhile takes nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH118  # many files: no objects
            except FileNotFoundError:
                continue
    return total


# What is left -------------------------------------------------------------------------------------------------------------------------


def leftovers(engine: Engine, tenant: str) -> tuple[str, ...]:
    """By label and by name, and on the host itself: an object that lost its label is still found."""
    left = {f"pod {one['Name']}" for one in engine.get("/pods/json") or () if belongs(one, one["Name"], tenant)}
    for one in engine.get("/containers/json", all="true") or ():
        if belongs(one, one["Names"][0], tenant):
            left.add(f"container {one['Names'][0]}")
    left |= {f"volume {one['Name']}" for one in engine.get("/volumes/json") or () if belongs(one, one["Name"], tenant)}
    left |= {
        f"network {one['name']}"
        for one in engine.get("/networks/json") or ()
        if belongs(one, one["name"], tenant, "labels")
    }
    folders = (engine.store / "volumes").glob(f"{tenant}.*")
    left |= {f"volume {path.name}" for path in folders}
    if network.bridge_there(engine, tenant):
        left.add(f"bridge {network.bridge_of(engine, tenant)}")
    return tuple(sorted(left))


def belongs(one: dict[str, Any], name: str, tenant: str, key: str = "Labels") -> bool:
    """Whether an object of podman carries the tenant's label or name."""
    return (one.get(key) or {}).get(LABEL) == tenant or name.startswith(f"{tenant}.")


def tenants(engine: Engine) -> frozenset[str]:
    """Whoever has a network, a pod or a volume."""
    found = {one["Labels"][LABEL] for kind in ("pods", "volumes") for one in engine.labelled(kind)}
    networks = engine.get("/networks/json", filters=json.dumps({"label": [LABEL]})) or ()
    return frozenset(found | {one["labels"][LABEL] for one in networks})
