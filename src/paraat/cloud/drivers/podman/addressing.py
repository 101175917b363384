"""Addresses and names inside a tenant.

Every pod is given an address when it is first heard of and keeps it for as long as the tenant lives; every pod's hosts file names all
the others. No name server has a part in it: podman's passes what it does not know on to the host's, which would be a way out.
"""

from __future__ import annotations

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import Pod
from paraat.cloud.drivers.podman.network import Network
from paraat.cloud.workload import LABEL


@dataclass(frozen=True, slots=True)
class Names:
    """Who has which address in a tenant."""

    pods: dict[str, str]  # pod -> address
    aliases: dict[str, str]  # name -> pod

    def host_aliases(self) -> list[dict[str, Any]]:
        """Lines of a hosts file, as Kubernetes writes them."""
        found: dict[str, list[str]] = {}
        for name, pod in sorted(self.aliases.items()):
            found.setdefault(self.pods[pod], []).append(name)
        return [{"ip": address, "hostnames": names} for address, names in sorted(found.items())]

    def hardware(self, pod: str) -> str:
        """A hardware address that follows from the address, so that nobody remembers a wrong one when the pod is made anew."""
        return "02:70:" + ":".join(f"{int(one):02x}" for one in self.pods[pod].split("."))


def give_another(engine: Engine, net: Network, tenant: str, pod: Pod) -> Names:
    """The names of the tenant with another address for this pod: podman did not let it have its own."""
    return give(engine, net, tenant, (pod,), anew=pod.name)


def give(engine: Engine, net: Network, tenant: str, pods: tuple[Pod, ...], anew: str = "") -> Names:
    """The names of the tenant with these pods among them; one process at a time."""
    path = kept(engine, tenant)
    path.parent.mkdir(parents=True, exist_ok=True)
    with (engine.place / "addresses.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        names = _read(path)
        before = json.dumps([names.pods, names.aliases])
        for pod in pods:
            names.aliases.update(dict.fromkeys(pod.aliases, pod.name))
            if pod.name not in names.pods or pod.name == anew:
                names.pods[pod.name] = net.free(set(names.pods.values()))
        if before != json.dumps([names.pods, names.aliases]):
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps({"pods": names.pods, "aliases": names.aliases}))
            fresh.replace(path)
    return names


def kept(engine: Engine, tenant: str) -> Path:
    """Where a tenant's names are kept."""
    return engine.place / "addresses" / f"{tenant}.json"


def given(engine: Engine, tenant: str) -> dict[str, str]:
    """The address of every pod of a tenant by its name."""
    return _read(kept(engine, tenant)).pods


def tell(engine: Engine, tenant: str, names: Names) -> None:
    """Have the hosts file of every pod that stands already name the pods that came after it."""
    wanted = [f"{one['ip']}\t{' '.join(one['hostnames'])}" for one in names.host_aliases()]
    for pod in engine.labelled("pods", f"{LABEL}={tenant}"):
        path = Path(engine.get(f"/containers/{pod['InfraId']}/json").get("HostsPath") or "/nonexistent")
        if not path.is_file():
            continue
        there = path.read_text()
        known = {tuple(line.split()) for line in there.splitlines()}
        fresh = [line for line in wanted if tuple(line.split()) not in known]
        if fresh:
            with path.open("a") as hosts:
                hosts.write("\n".join(["", *fresh, ""]))


def _read(path: Path) -> Names:
    if not path.exists():
        return Names({}, {})
    said = json.loads(path.read_text())
    return Names(said["pods"], said["aliases"])
