"""What manifests say of themselves: volumes, ports, memory and processor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([a-zA-Z]*)")


def quantity(text: str) -> int:
    """Bytes of a Kubernetes quantity such as `192Mi`; ValueError when it is none."""
    found = _QUANTITY.fullmatch(str(text).strip())
    if not found or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no quantity")
    return int(float(found[1]) * _UNITS[found[2]])


def millis(text: str) -> int:
    """Thousandths of a processor of a quantity such as `500m` or `0.5`; ValueError when it is none."""
    said = str(text).strip()
    return int(said[:-1]) if said.endswith("m") else int(float(said) * 1000)


def of_kind(manifests: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """Those of a kind."""
    return [one for one in manifests if one.get("kind") == kind]


def claims(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the volumes that are claimed."""
    return [one["metadata"]["name"] for one in of_kind(manifests, "PersistentVolumeClaim")]


def pods(manifests: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name and the pod's specification of every deployment."""
    for one in of_kind(manifests, "Deployment"):
        yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def containers(manifests: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every container."""
    for _, spec in pods(manifests):
        yield from spec.get("containers", ())


def ports_of(manifests: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The ports where containers listen, by name."""
    found = (
        (port.get("name", ""), port["containerPort"]) for one in containers(manifests) for port in one.get("ports", ())
    )
    return dict(found)


def memory_of(manifests: Iterable[Mapping[str, Any]]) -> int:
    """Bytes that the containers ask for."""
    return sum(quantity(_asked(one).get("memory", "0")) for one in containers(manifests))


def _asked(container: Mapping[str, Any]) -> Mapping[str, Any]:
    resources = container.get("resources", {})
    found: Mapping[str, Any] = resources.get("requests") or resources.get("limits") or {}
    return found
