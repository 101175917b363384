"""What tenants take of the cluster, and what it has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paraat.cloud.drivers.base import Capacity, Use
from paraat.cloud.drivers.kubernetes.cluster import Cluster
from paraat.cloud.rules.sizes import millis, quantity
from paraat.cloud.workload import Manifest

_ENDED = {"Succeeded", "Failed"}


def use(cluster: Cluster, namespace: str) -> Use:
    """Memory as measured, else as asked for. Kubernetes gives no processor seconds since the start; disk is what was claimed."""
    pods = [one for one in cluster.list("Pod", namespace) if one["status"].get("phase") not in _ENDED]
    measured = [box for one in cluster.list("PodMetrics", namespace) for box in one["containers"]]
    memory = sum(quantity(box["usage"]["memory"]) for box in measured) if measured else asked(pods, "memory")
    claims = cluster.list("PersistentVolumeClaim", namespace)
    disk = sum(quantity(one["spec"]["resources"]["requests"]["storage"]) for one in claims)
    return Use(memory, 0.0, disk, sum(len(one["spec"]["containers"]) for one in pods))


def capacity(cluster: Cluster) -> Capacity:
    """All nodes that take pods. Free memory is what no pod asked for; disk is the nodes' own, since volumes may come from elsewhere."""
    nodes = [one for one in cluster.list("Node") if not one["spec"].get("unschedulable")]
    allocatable = [one["status"]["allocatable"] for one in nodes]
    pods = [one for one in cluster.list("Pod") if one["status"].get("phase") not in _ENDED]
    claims = cluster.list("PersistentVolumeClaim")
    memory = sum(quantity(one["memory"]) for one in allocatable)
    disk = sum(quantity(one.get("ephemeral-storage", "0")) for one in allocatable)
    claimed = sum(quantity(one["spec"]["resources"]["requests"]["storage"]) for one in claims)
    return Capacity(
        memory=memory,
        memory_free=max(0, memory - asked(pods, "memory")),
        cpu_millis=sum(millis(one["cpu"]) for one in allocatable),
        disk=disk,
        disk_free=max(0, disk - claimed),
        hosts=len(nodes),
    )


def asked(pods: Iterable[Manifest], what: str) -> int:
    """What the containers of these pods reserve."""
    boxes: Iterable[dict[str, Any]] = (box for one in pods for box in one["spec"]["containers"])
    return sum(quantity(box.get("resources", {}).get("requests", {}).get(what, "0")) for box in boxes)
