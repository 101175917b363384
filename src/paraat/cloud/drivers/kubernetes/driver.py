"""The driver for Kubernetes: any conformant cluster, from 1.20 on. Objects are applied server-side, so that asking twice changes nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from paraat.cloud import configuration
from paraat.cloud.drivers.base import Capacity, EngineFailed, Route, Seen, Use
from paraat.cloud.drivers.kubernetes import copying, entering, measuring, objects, observing, publishing
from paraat.cloud.drivers.kubernetes.cluster import Cluster, NotThere
from paraat.cloud.rules.manifests import demand
from paraat.cloud.rules.names import label
from paraat.cloud.workload import LABEL, SERVICE_LABEL, Manifest, Part, Workload
from paraat.kernel.errors import NotFound

_SECONDS = 60
_LEFT = (
    "Deployment",
    "Pod",
    "Service",
    "ConfigMap",
    "Secret",
    "PersistentVolumeClaim",
    "NetworkPolicy",
    "ResourceQuota",
)


class Driver:
    """Tenants as namespaces of a cluster."""

    name = "kubernetes"
    live = False
    real = True

    def __init__(self) -> None:
        self.cluster = Cluster()

    def lacks(self) -> list[str]:
        """What keeps the cluster from being used."""
        try:
            self.cluster.version()
        except EngineFailed as error:
            return [str(error)]
        return []

    def absent(self, images: Collection[str]) -> set[str]:
        """Those that a node lacks. With a registry none is: nodes take them when they need them."""
        return publishing.absent(self.cluster, images)

    def load(self, archive: Path) -> None:
        """Push the archive's images to the cluster's registry; EngineFailed says how to bring them to nodes where there is none."""
        publishing.push(archive)

    def prepare(self, workload: Workload) -> None:
        """Namespace, quota, policies, volumes, and the services' addresses, which a cluster without DNS needs before the first pod."""
        namespace = self._namespace(workload.tenant)
        for part in workload.parts:
            demand(part.service, part.manifests)
        for one in objects.surroundings(workload, namespace, configuration.NAMESPACE.get(), _relay(workload)):
            self.cluster.apply(one, namespace)
        for part in workload.parts:
            for one in self._objects(part, workload.tenant):
                if one["kind"] in {"PersistentVolumeClaim", "Service"}:
                    self.cluster.apply(one, namespace)

    def start(self, workload: Workload, service: str) -> None:
        """Apply the service's objects; the cluster makes its pods anew when the revision differs."""
        part = workload.part(service)
        demand(service, part.manifests)
        namespace = self._namespace(workload.tenant)
        try:
            self.cluster.get("Namespace", namespace)
        except NotThere:
            self.prepare(workload)
        aliases = () if self._has_dns() else self._aliases(namespace)
        ready = objects.objects(part, workload.tenant, aliases=aliases, storage=configuration.STORAGE_CLASS.get())
        for one in sorted(publishing.placed(ready), key=lambda one: one["kind"] == "Deployment"):
            self.cluster.apply(one, namespace)

    def stop(self, tenant: str, service: str) -> None:
        """Its deployments and pods go; this waits for them, since a restore writes to its volumes next."""
        namespace = self._namespace(tenant)
        for one in self.cluster.list("Deployment", namespace, f"{SERVICE_LABEL}={label(service)}"):
            self.cluster.delete("Deployment", one["metadata"]["name"], namespace)
        self._until(lambda: not self._pods(tenant, service), f"{service} of {tenant} does not stop")

    def observe(self, tenant: str) -> tuple[Seen, ...]:
        """From pods, as the cluster probes them."""
        namespace = self._namespace(tenant)
        deployments = self.cluster.list("Deployment", namespace, f"{LABEL}={tenant}")
        alive = [one for one in deployments if not one["metadata"].get("deletionTimestamp")]
        return observing.seen(alive, self.cluster.list("Pod", namespace, f"{LABEL}={tenant}"))

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        """The service's cluster address: Paraat must stand where it can be reached (see docs/cloud/kubernetes.md)."""
        if not self._pods(tenant, service):
            raise NotFound("The service does not run", tenant=tenant, service=service)
        for one in self.cluster.list("Service", self._namespace(tenant), f"{SERVICE_LABEL}={label(service)}"):
            for found in one["spec"]["ports"]:
                if found.get("name", "") == port:
                    return str(one["spec"]["clusterIP"]), int(found["port"])
        raise NotFound("The service has no such port", service=service, port=port)

    def run(
        self, tenant: str, service: str, command: Sequence[str], *, stdin: bytes = b"", container: str = ""
    ) -> bytes:
        """In the first container of its first pod, or the one that is named."""
        for pod in sorted(self._pods(tenant, service), key=lambda one: str(one["metadata"]["name"])):
            boxes = [one["name"] for one in pod["spec"]["containers"]]
            if not container or container in boxes:
                name, box = pod["metadata"]["name"], container or boxes[0]
                return b"".join(self.cluster.run(self._namespace(tenant), name, box, command, stdin))
        raise NotFound("The service does not run, or has no such container", service=service, container=container)

    def volumes(self, tenant: str) -> tuple[str, ...]:
        """Its claims."""
        found = self.cluster.list("PersistentVolumeClaim", self._namespace(tenant), f"{LABEL}={tenant}")
        return tuple(sorted(one["metadata"]["name"] for one in found))

    @contextmanager
    def volume(self, tenant: str, name: str, *, write: bool = False) -> Iterator[Path]:
        """A copy on this host."""
        if name not in self.volumes(tenant):
            raise NotFound("The tenant has no such volume", tenant=tenant, volume=name)
        namespace, image = self._namespace(tenant), publishing.helper_image()
        with copying.folder(self.cluster, tenant, namespace, name, image, write=write) as found:
            yield found

    def logs(self, tenant: str, service: str, *, lines: int = 200) -> str:
        """Of every container, under its name."""
        said = []
        for pod in self._pods(tenant, service):
            for box in pod["spec"]["containers"]:
                name = pod["metadata"]["name"]
                said.append(f"== {box['name']}\n{self.cluster.logs(self._namespace(tenant), name, box['name'], lines)}")
        return "\n".join(said)

    def remove(self, tenant: str) -> None:
        """The volumes' content, the namespace, and volumes that the cluster would have kept. Waits until they are gone."""
        namespace = self._namespace(tenant)
        kept = [one for one in self._kept(namespace) if one["spec"].get("persistentVolumeReclaimPolicy") != "Delete"]
        self._wipe(tenant, namespace, kept)
        self.cluster.delete("Namespace", namespace)
        self._until(lambda: not self._exists(namespace), f"the namespace {namespace} does not go")
        for one in self._kept(namespace):
            self.cluster.delete("PersistentVolume", one["metadata"]["name"])
        self._until(lambda: not self._kept(namespace), f"the volumes of {namespace} do not go")

    def leftovers(self, tenant: str) -> tuple[str, ...]:
        """The namespace with what is in it, and volumes that were its own, in whichever state."""
        namespace = self._namespace(tenant)
        found = [f"namespace {namespace}"] if self._exists(namespace) else []
        for kind in _LEFT if found else ():
            every = self.cluster.list(kind, namespace)
            found += [f"{kind.lower()} {one['metadata']['name']}" for one in every if not _of_cluster(kind, one)]
        return tuple(found + [f"persistentvolume {one['metadata']['name']}" for one in self._kept(namespace)])

    def tenants(self) -> frozenset[str]:
        """Those whose namespace this installation made."""
        own = f"{objects.INSTALLATION}={configuration.NAMESPACE.get()}"
        return frozenset(
            one["metadata"]["labels"][LABEL]
            for one in self.cluster.list("Namespace", labels=own)
            if LABEL in one["metadata"]["labels"]
        )

    def use(self, tenant: str) -> Use:
        """From the cluster's metrics where it has them, else what was asked for."""
        return measuring.use(self.cluster, self._namespace(tenant))

    def capacity(self) -> Capacity:
        """Of all nodes together."""
        return measuring.capacity(self.cluster)

    def render(self, workload: Workload) -> str:
        """The objects of the tenant as they are applied."""
        namespace = self._namespace(workload.tenant)
        every = objects.surroundings(workload, namespace, configuration.NAMESPACE.get(), _relay(workload))
        every += [one for part in workload.parts for one in self._objects(part, workload.tenant)]
        for one in every[1:]:
            one["metadata"]["namespace"] = namespace
        return yaml.safe_dump_all(every, sort_keys=False, allow_unicode=True)

    def enter(self, routes: Iterable[Route]) -> Mapping[str, tuple[str, int]]:
        """By an entrance in a namespace of its own."""
        return entering.enter(self.cluster, routes, self.address)

    # The cluster -------------------------------------------------------------------------------------------------------------------

    def _namespace(self, tenant: str) -> str:
        return label(f"{configuration.NAMESPACE.get()}-{label(tenant)}")

    def _objects(self, part: Part, tenant: str) -> list[Manifest]:
        return publishing.placed(objects.objects(part, tenant, storage=configuration.STORAGE_CLASS.get()))

    def _pods(self, tenant: str, service: str) -> list[Manifest]:
        """The pods of a service that run or are on their way."""
        return self.cluster.list("Pod", self._namespace(tenant), f"{LABEL}={tenant},{SERVICE_LABEL}={label(service)}")

    def _exists(self, namespace: str) -> bool:
        try:
            self.cluster.get("Namespace", namespace)
        except NotThere:
            return False
        return True

    def _kept(self, namespace: str) -> list[Manifest]:
        """The cluster's volumes that were claimed from this namespace."""
        return [
            one
            for one in self.cluster.list("PersistentVolume")
            if (one["spec"].get("claimRef") or {}).get("namespace") == namespace
        ]

    def _wipe(self, tenant: str, namespace: str, volumes: list[Manifest]) -> None:
        """Nobody deletes the content of a volume that the cluster keeps, so we do, while it can still be reached."""
        for one in self.cluster.list("Deployment", namespace) if volumes else ():
            self.cluster.delete("Deployment", one["metadata"]["name"], namespace)
        there = set(self.volumes(tenant))
        for claim in [one["spec"]["claimRef"]["name"] for one in volumes]:
            if claim in there:
                with copying.holding(self.cluster, tenant, namespace, claim, publishing.helper_image()) as pod:
                    copying.empty(self.cluster, namespace, pod)

    def _has_dns(self) -> bool:
        return bool(self.cluster.list("Service", "kube-system", "k8s-app=kube-dns"))

    def _aliases(self, namespace: str) -> list[dict[str, Any]]:
        """The names of the tenant's services, for pods of a cluster that has no DNS."""
        services = self.cluster.list("Service", namespace)
        return [{"ip": one["spec"]["clusterIP"], "hostnames": [one["metadata"]["name"]]} for one in services]

    def _until(self, done: Any, text: str) -> None:
        """Wait for the cluster; EngineFailed with `text` when it takes too long."""
        until = time.monotonic() + _SECONDS
        while not done():
            if time.monotonic() > until:
                raise EngineFailed(f"Kubernetes: {text}")
            time.sleep(0.1)


def _of_cluster(kind: str, one: Manifest) -> bool:
    """What a cluster puts into every namespace by itself."""
    return (kind, one["metadata"]["name"]) == ("ConfigMap", "kube-root-ca.crt") or (
        kind == "Secret" and one.get("type") == "kubernetes.io/service-account-token"
    )


def _relay(workload: Workload) -> list[tuple[str, int]]:
    """The addresses of the relay for outgoing mail: a policy knows addresses, not names."""
    host, _, port = workload.relay.rpartition(":")
    if not host:
        return []
    try:
        return sorted(
            {(str(found[4][0]), int(port)) for found in socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)}
        )
    except OSError as error:
        raise EngineFailed(f"The mail relay {host} cannot be found: {error}") from error
