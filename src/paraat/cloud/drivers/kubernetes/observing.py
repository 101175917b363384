"""What the cluster says of a tenant's services: its probes are the cluster's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from paraat.cloud.drivers.base import Health, Seen
from paraat.cloud.workload import REVISION_LABEL, SERVICE_LABEL, Manifest

_BROKEN = {
    "CrashLoopBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "ImagePullBackOff",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
}


def seen(deployments: Iterable[Manifest], pods: Iterable[Manifest]) -> tuple[Seen, ...]:
    """Every service that the cluster knows, by name."""
    there = list(pods)
    found: dict[str, list[Manifest]] = {}
    for one in deployments:
        found.setdefault(one["metadata"]["labels"][SERVICE_LABEL], []).append(one)
    return tuple(_service(name, ones, _of(name, there)) for name, ones in sorted(found.items()))


def ready(pod: Manifest) -> bool:
    """Whether all its containers are ready, and it is not on its way out."""
    boxes = _boxes(pod)
    return bool(boxes) and all(one.get("ready") for one in boxes) and not pod["metadata"].get("deletionTimestamp")


def _of(service: str, pods: list[Manifest]) -> list[Manifest]:
    return [
        one
        for one in pods
        if one["metadata"].get("labels", {}).get(SERVICE_LABEL) == service
        and not one["metadata"].get("deletionTimestamp")
    ]


def _service(name: str, deployments: list[Manifest], pods: list[Manifest]) -> Seen:
    revision = str(deployments[0]["metadata"]["labels"].get(REVISION_LABEL, ""))
    current = [one for one in pods if one["metadata"]["labels"].get(REVISION_LABEL) == revision]
    boxes = [box for one in current for box in _boxes(one)]
    errors = [*_errors(boxes), *_pending(current), *_refused(deployments, current)]
    restarts = sum(int(box.get("restartCount", 0)) for box in boxes)
    whole = len(current) >= len(deployments) and all(ready(one) for one in current)
    return Seen(
        name,
        _health(whole, errors, restarts),
        revision,
        restarts,
        _newest(boxes),
        "; ".join(errors) if not whole else "",
    )


def _health(whole: bool, errors: list[str], restarts: int) -> Health:
    if whole:
        return Health.HEALTHY
    return Health.UNHEALTHY if errors or restarts else Health.STARTING


def _errors(boxes: list[dict[str, Any]]) -> Iterator[str]:
    """Containers that do not come up, with the last that is known of them."""
    for box in boxes:
        waiting = box.get("state", {}).get("waiting", {})
        ended = box.get("state", {}).get("terminated") or box.get("lastState", {}).get("terminated") or {}
        if waiting.get("reason") in _BROKEN:
            yield f"{box['name']}: {waiting['reason']} {waiting.get('message', '')}".strip()
        elif ended and not box.get("ready"):
            yield f"{box['name']}: ended with {ended.get('exitCode')} {ended.get('reason', '')}".strip()


def _pending(pods: list[Manifest]) -> Iterator[str]:
    """Pods for which no node has room."""
    for one in pods:
        for condition in one["status"].get("conditions", ()):
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                yield condition.get("message", "no node has room")


def _refused(deployments: list[Manifest], pods: list[Manifest]) -> Iterator[str]:
    """Deployments whose pods the cluster does not make, such as for the quota."""
    for one in deployments if not pods else ():
        for condition in one.get("status", {}).get("conditions", ()):
            if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
                yield condition.get("message", "its pods are refused")


def _newest(boxes: list[dict[str, Any]]) -> datetime | None:
    began = [box.get("state", {}).get("running", {}).get("startedAt") for box in boxes]
    times = [datetime.fromisoformat(one.replace("Z", "+00:00")) for one in began if one]
    return max(times) if times else None


def _boxes(pod: Manifest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pod.get("status", {}).get("containerStatuses", [])
    return found
