"""The port `drivers.base.Driver` on podman."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from paraat.cloud.drivers.base import Capacity, EngineFailed, Route, Seen, Use
from paraat.cloud.drivers.podman import addressing, commands, lowering, network, pods, relaying, watching
from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import KIND_LABEL, PORTS_LABEL, own
from paraat.cloud.rules.manifests import demand
from paraat.cloud.rules.names import label
from paraat.cloud.workload import LABEL, Workload
from paraat.kernel.errors import NotFound

_PROGRAMS = {
    "podman": ("podman",),
    "runc": ("runc", "crun"),
    "conmon": ("conmon",),
    "iptables": ("iptables",),
    "iproute2": ("ip",),
    "catatonit": ("catatonit",),
}
_FILES = {
    "netavark": ("/usr/lib/podman/netavark", "/usr/libexec/podman/netavark"),
    "golang-github-containers-common": ("/usr/share/containers/seccomp.json",),
}
_TRIES = 5


class Driver:
    """Tenants as pods of podman."""

    name = "podman"
    live = True
    real = True

    def __init__(self) -> None:
        self.engine = Engine()

    def lacks(self) -> list[str]:
        """What Debian's packages would bring, and the right to use it."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        missing = [
            name for name, any_of in _PROGRAMS.items() if not any(shutil.which(one, path=path) for one in any_of)
        ]
        missing += [name for name, any_of in _FILES.items() if not any(Path(one).exists() for one in any_of)]
        said = []
        if missing:
            command = f"apt-get install --no-install-recommends {' '.join(missing)}"
            said.append(f"Containers cannot run here: {', '.join(missing)} missing. On Debian 12 or later: {command}")
        if os.geteuid():
            said.append(
                "Containers run as root only: networks without a way out are made by root. Start Paraat as root."
            )
        return said

    def absent(self, images: Collection[str]) -> set[str]:
        """Those that neither the shared store nor our own has."""
        if not images:
            return set()
        found = self.engine.get("/images/json") or ()
        return set(images) - {tag for one in found for tag in one.get("RepoTags") or ()}

    def load(self, archive: Path) -> None:
        """Into the store that the installations of this host share."""
        from paraat.cloud.images import store

        with store.alone():
            store.podman("load", "--input", str(archive))

    def prepare(self, workload: Workload) -> None:
        """Network and volumes."""
        label(workload.tenant)
        for part in workload.parts:
            demand(part.service, part.manifests)
        net, names = pods.ensure_names(self.engine, workload)
        relaying.note(self.engine, workload, net)
        addressing.tell(self.engine, workload.tenant, names)
        pods.ensure_volumes(self.engine, workload)

    def start(self, workload: Workload, service: str) -> None:
        """One service; several may be started at once."""
        demand(service, workload.part(service).manifests)
        label(workload.tenant)
        pods.start(self.engine, workload, service)

    def stop(self, tenant: str, service: str) -> None:
        """Its pods go, its volumes stay."""
        pods.stop(self.engine, tenant, service)

    def observe(self, tenant: str) -> tuple[Seen, ...]:
        """With its probes tried once."""
        return watching.observe(self.engine, tenant)

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        """The pod's own address, which only this host reaches."""
        for pod in pods.of_service(self.engine, tenant, service):
            found = pods.labels_of(pod, PORTS_LABEL) or {}
            if port in found:
                return pod["Labels"][pods.IP_LABEL], found[port]
        raise NotFound("The service does not run or has no such port", service=service, port=port)

    def run(
        self, tenant: str, service: str, command: Sequence[str], *, stdin: bytes = b"", container: str = ""
    ) -> bytes:
        """In the service's first container, or the one that is named."""
        return commands.run(self.engine, self._container(tenant, service, container), command, stdin)

    def volumes(self, tenant: str) -> tuple[str, ...]:
        """Those with data; configuration and scratch are not the tenant's."""
        found = self.engine.labelled("volumes", f"{LABEL}={tenant}")
        data = (one["Name"] for one in found if one["Labels"].get(KIND_LABEL) == "data")
        return tuple(sorted(name.removeprefix(f"{tenant}.") for name in data))

    @contextmanager
    def volume(self, tenant: str, name: str, *, write: bool = False) -> Iterator[Path]:  # noqa: ARG002
        """The folder that the containers have mounted, not a copy: what is written is there at once."""
        found = self.engine.get(f"/volumes/{own(label(tenant), label(name))}/json")
        yield Path(found["Mountpoint"])

    def logs(self, tenant: str, service: str, *, lines: int = 200) -> str:
        """Of every container, under its name."""
        said = []
        for one in self._containers(tenant, service):
            answer = self.engine.call(
                "GET", f"/containers/{one}/logs", params={"stdout": "true", "stderr": "true", "tail": str(lines)}
            )
            text = b"".join(piece for _, piece in commands.frames(answer.content)).decode(errors="replace")
            said.append(f"== {one} ==\n{text}")
        return "\n".join(said)

    def remove(self, tenant: str) -> None:
        """Again and again until a look says that nothing is left; EngineFailed names what stays."""
        label(tenant)
        error: Exception | None = None
        for _ in range(_TRIES):
            try:
                self._remove_once(tenant)
            except EngineFailed as failure:
                error = failure
            if not watching.leftovers(self.engine, tenant):
                return
        left = ", ".join(watching.leftovers(self.engine, tenant))
        raise EngineFailed(f"Not everything is gone: {left}") from error

    def leftovers(self, tenant: str) -> tuple[str, ...]:
        """By label, by name, and on the host."""
        return watching.leftovers(self.engine, label(tenant))

    def tenants(self) -> frozenset[str]:
        """Whoever has anything."""
        return watching.tenants(self.engine)

    def use(self, tenant: str) -> Use:
        """As the kernel and the disk say."""
        return watching.use(self.engine, tenant)

    def capacity(self) -> Capacity:
        """This host's memory, processors and disk."""
        said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        memory = {key: int(said[key].split()[0]) * 1024 for key in ("MemTotal", "MemAvailable")}
        self.engine.store.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(self.engine.store)
        return Capacity(
            memory=memory["MemTotal"],
            memory_free=memory["MemAvailable"],
            cpu_millis=(os.cpu_count() or 1) * 1000,
            disk=disk.total,
            disk_free=disk.free,
        )

    def render(self, workload: Workload) -> str:
        """The lowered YAML, as `podman kube play` takes it."""
        scale = lowering.scale_of(workload)
        found = [pod for part in workload.parts for pod in lowering.lower(part, workload.tenant, scale)]
        claims = sorted({one.name for pod in found for one in pod.volumes if one.kind != "config"})
        volumes = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "labels": {LABEL: workload.tenant}},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }
            for name in claims
        ]
        return yaml.safe_dump_all([*volumes, *(one for pod in found for one in pod.documents)], allow_unicode=True)

    def enter(self, routes: Iterable[Route]) -> Mapping[str, tuple[str, int]]:
        """One container of nginx on the host's network, told anew what it serves."""
        from paraat.cloud.entrance.host import enter

        return enter(self, list(routes))

    # -------------------------------------------------------------------------------------------------------------------------------

    def _containers(self, tenant: str, service: str) -> list[str]:
        """The names of its containers, in the order of the manifest."""
        found = []
        for pod in pods.of_service(self.engine, tenant, service):
            probes = pods.labels_of(pod, lowering.PROBES_LABEL) or ()
            found += [f"{pod['Name']}-{one['container']}" for one in probes]
        return found

    def _container(self, tenant: str, service: str, container: str) -> str:
        names = self._containers(tenant, service)
        for name in names:
            if not container or name.endswith(f"-{container}"):
                return name
        raise NotFound("The service does not run or has no such container", service=service, container=container)

    def _remove_once(self, tenant: str) -> None:
        mine = [one for one in self.engine.get("/pods/json") or () if watching.belongs(one, one["Name"], tenant)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda one: pods.remove_pod(self.engine, tenant, one, seconds=1), mine))
        for one in self.engine.get("/containers/json", all="true") or ():
            if watching.belongs(one, one["Names"][0], tenant):
                self.engine.delete(f"/containers/{one['Id']}", force="true")
        for one in self.engine.get("/volumes/json") or ():
            if watching.belongs(one, one["Name"], tenant):
                self.engine.delete(f"/volumes/{one['Name']}", force="true")
        relaying.forget(self.engine, tenant)
        network.remove(self.engine, tenant)
        addressing.kept(self.engine, tenant).unlink(missing_ok=True)
