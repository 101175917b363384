"""From plain Kubernetes to the YAML that podman 4.3 plays rightly. Pure.

What is lowered, and why, stands in `docs/decisions/0024`: most of it because podman takes names for the whole host where Kubernetes
takes them per namespace, and because it leaves out in silence what it does not know.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from paraat.cloud.rules.sizes import containers, millis, of_kind
from paraat.cloud.workload import LABEL, REVISION_LABEL, SERVICE_LABEL, Manifest, Part, Workload

PORTS_LABEL = "paraat.ports"
"""JSON: every port of the pod by its name. Podman would publish a port that stands in the YAML on every address of the host."""
PROBES_LABEL = "paraat.probes"
"""JSON: how each container says that it is ready. Podman would need timers of systemd to try them; we try them ourselves."""
KIND_LABEL = "paraat.kind"
"""On a volume: `data` (backed up, kept), `config` or `scratch` (made anew with the pod)."""


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of the host that must be there before the pod is."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod as podman plays it."""

    name: str
    documents: tuple[Manifest, ...]  # its ConfigMaps, then itself
    aliases: tuple[str, ...]  # the names under which the tenant's other pods find it
    volumes: tuple[Volume, ...]


def own(tenant: str, *names: str) -> str:
    """The name on the host of something of a tenant. A dot cannot occur in a name of Kubernetes, so no two tenants share one."""
    return ".".join((tenant, *names))


def lower(part: Part, tenant: str, scale: float = 1.0) -> tuple[Pod, ...]:
    """The pods of one service. `scale` shrinks the processor limits to what the tenant's budget leaves."""
    labels = {LABEL: tenant, SERVICE_LABEL: part.service, REVISION_LABEL: part.revision}
    configs = _configs(part.manifests, tenant, labels)
    return tuple(_pod(one, part, tenant, labels, configs, scale) for one in of_kind(part.manifests, "Deployment"))


def scale_of(workload: Workload) -> float:
    """What the processor limits must be multiplied with, so that together they stay within the budget; at most 1."""
    asked = sum(
        millis(one["resources"]["limits"]["cpu"]) for part in workload.parts for one in containers(part.manifests)
    )
    return min(1.0, workload.budget.cpu_millis / asked) if asked else 1.0


def claim_labels(tenant: str, kind: str = "data") -> dict[str, str]:
    """What a volume carries."""
    return {LABEL: tenant, KIND_LABEL: kind}


def _pod(
    deployment: Mapping[str, Any],
    part: Part,
    tenant: str,
    labels: Mapping[str, str],
    configs: Mapping[str, Manifest],
    scale: float,
) -> Pod:
    name = deployment["metadata"]["name"]
    template = deployment["spec"]["template"]
    spec: dict[str, Any] = deepcopy(template["spec"])
    probes = [_probe(one) for one in spec["containers"]]
    ports = {port["name"]: port["containerPort"] for one in spec["containers"] for port in one.get("ports", ())}
    volumes, used = _volumes(spec, name, tenant)
    for one in [*spec["containers"], *spec.get("initContainers", ())]:
        _container(one, scale)
        used |= _from_config(one, tenant)
    for field in ("automountServiceAccountToken", "serviceAccountName"):
        spec.pop(field, None)
    own_labels = {
        **{key: str(value) for key, value in template["metadata"]["labels"].items()},
        **labels,
        PORTS_LABEL: json.dumps(ports, sort_keys=True),
        PROBES_LABEL: json.dumps(probes, sort_keys=True),
    }
    metadata = {"name": own(tenant, name), "labels": own_labels}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    pod["spec"] = spec | {"hostname": name, "restartPolicy": "Always"}
    return Pod(
        name=own(tenant, name),
        documents=(*(configs[one] for one in sorted(used) if one in configs), pod),
        aliases=_aliases(part.manifests, template["metadata"]["labels"], name),
        volumes=volumes,
    )


def _configs(manifests: Iterable[Mapping[str, Any]], tenant: str, labels: Mapping[str, str]) -> dict[str, Manifest]:
    """ConfigMaps and Secrets, as ConfigMaps: podman 4.3 takes a Secret's data undecoded. Their files lie unencrypted on the host's disk."""
    found: dict[str, Manifest] = {}
    for one in manifests:
        if one["kind"] in {"ConfigMap", "Secret"}:
            name = own(tenant, one["kind"].lower(), one["metadata"]["name"])
            found[name] = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "labels": dict(labels)},
                **_data(one),
            }
    return found


def _data(one: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    if one["kind"] == "ConfigMap":
        return {key: dict(one[key]) for key in ("data", "binaryData") if one.get(key)}
    text, binary = dict(one.get("stringData") or {}), {}
    for key, value in (one.get("data") or {}).items():
        try:
            text[key] = base64.b64decode(value).decode("utf-8")
        except UnicodeDecodeError:
            binary[key] = value
    return {"data": text} | ({"binaryData": binary} if binary else {})


def _volumes(spec: dict[str, Any], pod: str, tenant: str) -> tuple[tuple[Volume, ...], set[str]]:
    """Every volume under a name of the tenant's own, in `spec` too; and the names of the ConfigMaps among them."""
    made: list[Volume] = []
    configs: set[str] = set()
    renamed: dict[str, str] = {}
    for volume in spec.get("volumes", ()):
        old = volume.pop("name")
        kind, lowered, name = _source(volume, tenant, pod, old)
        renamed[old] = name
        volume.clear()
        volume |= {"name": name, **lowered}
        made.append(Volume(name, kind))
        if kind == "config":
            configs.add(name)
    for one in [*spec["containers"], *spec.get("initContainers", ())]:
        for mount in one.get("volumeMounts", ()):
            mount["name"] = renamed[mount["name"]]
    return tuple(made), configs


def _source(volume: Mapping[str, Any], tenant: str, pod: str, old: str) -> tuple[str, dict[str, Any], str]:
    """Kind, source and name. An emptyDir would be a volume of the whole host by its bare name: two tenants would share it."""
    if "persistentVolumeClaim" in volume:
        name = own(tenant, volume["persistentVolumeClaim"]["claimName"])
        return "data", {"persistentVolumeClaim": {"claimName": name}}, name
    if "emptyDir" in volume:
        name = own(tenant, "scratch", pod, old)
        return "scratch", {"persistentVolumeClaim": {"claimName": name}}, name
    kind = "configMap" if "configMap" in volume else "secret"
    source = volume[kind]
    name = own(tenant, kind.lower(), source.get("name") or source.get("secretName"))
    items = {"items": source["items"]} if source.get("items") else {}
    return "config", {"configMap": {"name": name, **items}}, name


def _container(one: dict[str, Any], scale: float) -> None:
    for field in ("readinessProbe", "livenessProbe", "startupProbe", "ports"):
        one.pop(field, None)
    limits = one["resources"]["limits"]
    limits["cpu"] = f"{max(10, int(millis(limits['cpu']) * scale))}m"


def _from_config(one: dict[str, Any], tenant: str) -> set[str]:
    """The ConfigMaps that the container's environment is read from, under their new names."""
    references = [entry["configMapRef"] for entry in one.get("envFrom", ()) if "configMapRef" in entry]
    references += [entry["valueFrom"]["configMapKeyRef"] for entry in one.get("env", ()) if "valueFrom" in entry]
    for reference in references:
        reference["name"] = own(tenant, "configmap", reference["name"])
    return {reference["name"] for reference in references}


def _probe(container: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of a container: an answer over http, or a connection."""
    asked = container.get("readinessProbe") or {}
    if "httpGet" in asked:
        get = asked["httpGet"]
        headers = {one["name"]: one["value"] for one in get.get("httpHeaders", ())}
        return {"container": container["name"], "port": get["port"], "path": get.get("path", "/"), "headers": headers}
    return {"container": container["name"], "port": asked.get("tcpSocket", {}).get("port", 0)}


def _aliases(manifests: Iterable[Mapping[str, Any]], labels: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The names of the Services that select the pod; its own when none does."""
    chosen = [
        one["metadata"]["name"]
        for one in of_kind(manifests, "Service")
        if one["spec"]["selector"].items() <= labels.items()
    ]
    return tuple(chosen or [name])
