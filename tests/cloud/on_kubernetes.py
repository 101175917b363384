"""A real Kubernetes for tests: the cluster that KUBECONFIG names, made ready for those that have no dynamic volumes."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from paraat.cloud import images
from paraat.cloud.drivers.kubernetes import Driver, publishing
from paraat.cloud.drivers.kubernetes.cluster import Cluster
from paraat.cloud.workload import Manifest


@contextmanager
def cluster(home: Path) -> Iterator[Driver]:
    """The driver on the cluster, with volumes to claim; nothing of it stays. Skips with what is missing."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("no Kubernetes: set KUBECONFIG to a cluster whose nodes have the images")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAAT_HOME", str(home))
        patch.setenv("PARAAT_CLOUD_NAMESPACE", "paraat-test")
        driver = Driver()
        if missing := driver.lacks():
            pytest.skip("; ".join(missing))
        demand(driver.cluster, ("base", "entrance"))
        with volumes(driver.cluster, "paraat"), names(driver.cluster):
            try:
                yield driver
            finally:
                for tenant in driver.tenants():
                    driver.remove(tenant)


def demand(cluster: Cluster, names: tuple[str, ...]) -> None:
    """Skip, with what to do, where the nodes lack images."""
    if missing := publishing.absent(cluster, [images.reference(name) for name in names]):
        pytest.skip(f"the cluster's nodes lack {', '.join(sorted(missing))}: build them and import them on every node")


@contextmanager
def names(cluster: Cluster) -> Iterator[None]:
    """Where the API server stands on this host and cannot find its node by name, it is told: no command reaches a container otherwise."""
    nodes = {one["metadata"]["name"]: one["status"]["addresses"][0]["address"] for one in cluster.list("Node")}
    hosts = Path("/etc/hosts")
    before = hosts.read_text()
    unknown = "".join(f"{address} {name}\n" for name, address in nodes.items() if not _found(name))
    here = "//127.0.0.1" in cluster._client.configuration.host
    if not unknown or not here or os.geteuid():
        yield
        return
    hosts.write_text(before + unknown)
    time.sleep(6)  # its resolver looks at the file every five seconds
    try:
        yield
    finally:
        hosts.write_text(before)


def _found(name: str) -> bool:
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        return False
    return True


@contextmanager
def volumes(cluster: Cluster, prefix: str, spare: int = 12) -> Iterator[None]:
    """Where the cluster makes no volumes by itself: folders of its one node, which must be this host. There are always some to claim."""
    if cluster._call("GET", "/apis/storage.k8s.io/v1/storageclasses")["items"]:
        yield
        return
    place = Path(tempfile.mkdtemp(prefix="paraat-volumes-"))
    prefix = f"{prefix}-{place.name[-8:].lower().replace('_', '-')}"
    over = threading.Event()
    maker = threading.Thread(target=_make, args=(cluster, place, prefix, spare, over), daemon=True)
    maker.start()
    try:
        yield
    finally:
        over.set()
        maker.join()
        for one in cluster.list("PersistentVolume", labels=f"paraat.test={prefix}"):
            cluster.delete("PersistentVolume", one["metadata"]["name"])
        shutil.rmtree(place, ignore_errors=True)


def _make(cluster: Cluster, place: Path, prefix: str, spare: int, over: threading.Event) -> None:
    """Keep `spare` volumes ready until it is over."""
    made = 0
    while not over.wait(0.3):
        there = cluster.list("PersistentVolume", labels=f"paraat.test={prefix}")
        free = [one for one in there if one["status"].get("phase") in {"Available", "Pending"}]
        for _ in range(spare - len(free)):
            cluster.apply(_volume(place / str(made), f"{prefix}-{made}", prefix))
            made += 1


def _volume(folder: Path, name: str, prefix: str) -> Manifest:
    """A folder of this host as a volume of the cluster."""
    folder.mkdir()
    os.chown(folder, 10001, 10001)
    spec = {
        "capacity": {"storage": "10Gi"},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain",
        "hostPath": {"path": str(folder)},
    }
    metadata = {"name": name, "labels": {"paraat.test": prefix}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
