"""What no engine of ours runs. Each refusal names the object and the field, so that who wrote the manifest finds it.

The rules are those of the "restricted" pod security standard of Kubernetes, and a few that follow from podman: no port is translated,
no secret stands in an environment. One container may be root: postfix, which cannot do its work otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from paraat.cloud.rules.sizes import millis, quantity
from paraat.kernel.errors import Invalid

KINDS = frozenset({"ConfigMap", "Deployment", "PersistentVolumeClaim", "Secret", "Service"})
POSTFIX = frozenset({"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SYS_CHROOT"})
"""What postfix needs as root: its master starts processes as others and locks them up in its queue."""
USER = 10001
"""Whom everything else runs as."""

_IMAGE = re.compile(r"localhost/paraat/[a-z0-9][a-z0-9._/-]*(:(?P<tag>[A-Za-z0-9_][\w.-]*)|@sha256:[0-9a-f]{64})")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?")
_VOLUMES = frozenset({"configMap", "secret", "emptyDir", "persistentVolumeClaim"})
_HOST = ("hostNetwork", "hostPID", "hostIPC")


def refused(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """One sentence per thing that may not be, naming object and field; empty: it may run."""
    return [sentence for one in manifests for sentence in _of(one)]


def demand(service: str, manifests: Iterable[Mapping[str, Any]]) -> None:
    """Invalid with every refusal when there is one."""
    if found := refused(manifests):
        raise Invalid("; ".join(found), service=service)


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    kind, name = one.get("kind", "?"), str(one.get("metadata", {}).get("name", ""))
    where = f"{kind} {name}"
    if kind not in KINDS:
        yield f"{where}: kind: only {', '.join(sorted(KINDS))} are run"
        return
    if not _NAME.fullmatch(name):
        yield f"{where}: metadata.name: small letters, digits and hyphens, at most 53"
    if "namespace" in one.get("metadata", {}):
        yield f"{where}: metadata.namespace: the engine chooses it"
    try:
        if kind in _RULES:
            yield from _RULES[kind](where, one)
    except (KeyError, TypeError, AttributeError) as error:
        yield f"{where}: it cannot be read: {error!r}"


def _service(where: str, one: Mapping[str, Any]) -> Iterator[str]:
    spec = one["spec"]
    if spec.get("type", "ClusterIP") != "ClusterIP":
        yield f"{where}: spec.type: {spec['type']} would open a port beside the entrance; only ClusterIP"
    if spec.get("externalIPs") or spec.get("externalName"):
        yield f"{where}: spec: no external addresses"
    if not spec.get("selector"):
        yield f"{where}: spec.selector: it must select pods of its own"
    for port in spec.get("ports", ()):
        if "nodePort" in port:
            yield f"{where}: spec.ports.{port.get('name')}.nodePort: nothing listens beside the entrance"
        if "protocol" not in port:
            yield f"{where}: spec.ports.{port.get('name')}.protocol: must be given (server-side apply wants it)"
        if port.get("targetPort", port.get("port")) != port.get("port"):
            yield f"{where}: spec.ports.{port.get('name')}: port and targetPort must be equal, for podman translates none"


def _claim(where: str, one: Mapping[str, Any]) -> Iterator[str]:
    spec = one["spec"]
    if not spec.get("resources", {}).get("requests", {}).get("storage"):
        yield f"{where}: spec.resources.requests.storage: missing"
    for field in ("volumeName", "dataSource", "selector"):
        if field in spec:
            yield f"{where}: spec.{field}: a tenant takes no volume of another"


def _deployment(where: str, one: Mapping[str, Any]) -> Iterator[str]:
    spec = one["spec"]["template"]["spec"]
    if one["spec"].get("replicas", 1) != 1:
        yield f"{where}: spec.replicas: one, for volumes are written by one"
    if not one["spec"]["template"].get("metadata", {}).get("labels"):
        yield f"{where}: spec.template.metadata.labels: missing"
    yield from _pod(where, spec)
    names = {volume["name"] for volume in spec.get("volumes", ())}
    first = [(container, False) for container in spec.get("initContainers", ())]
    for container, serves in [*first, *((container, True) for container in spec["containers"])]:
        inner = f"{where}, container {container.get('name', '?')}"
        yield from _container(inner, container, spec.get("securityContext", {}))
        yield from _reach(inner, container, names)
        if serves:
            yield from _probes(inner, container)


def _pod(where: str, spec: Mapping[str, Any]) -> Iterator[str]:
    for field in _HOST:
        if spec.get(field):
            yield f"{where}: {field}: it would see the host's"
    if spec.get("automountServiceAccountToken") is not False:
        yield f"{where}: automountServiceAccountToken: must be false"
    if spec.get("enableServiceLinks") is not False:
        yield f"{where}: enableServiceLinks: must be false"
    for field in (
        "serviceAccountName",
        "serviceAccount",
        "nodeName",
        "hostAliases",
        "ephemeralContainers",
        "runtimeClassName",
    ):
        if spec.get(field):
            yield f"{where}: {field}: not for a tenant's service"
    if spec.get("securityContext", {}).get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield f"{where}: securityContext.seccompProfile.type: must be RuntimeDefault"
    if spec.get("securityContext", {}).get("sysctls"):
        yield f"{where}: securityContext.sysctls: none"
    for volume in spec.get("volumes", ()):
        for source in set(volume) - {"name"} - _VOLUMES:
            yield f"{where}: volumes.{volume.get('name')}.{source}: only {', '.join(sorted(_VOLUMES))}"


def _container(where: str, container: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[str]:
    own = container.get("securityContext", {})
    yield from _user(where, container, own, pod)
    if own.get("privileged"):
        yield f"{where}: securityContext.privileged: never"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{where}: securityContext.allowPrivilegeEscalation: must be false"
    if own.get("readOnlyRootFilesystem") is not True:
        yield f"{where}: securityContext.readOnlyRootFilesystem: must be true"
    if own.get("procMount", "Default") != "Default":
        yield f"{where}: securityContext.procMount: must be Default"
    if own.get("seccompProfile", {"type": "RuntimeDefault"}).get("type") != "RuntimeDefault":
        yield f"{where}: securityContext.seccompProfile.type: must be RuntimeDefault"
    yield from _image(where, str(container.get("image", "")))
    yield from _limits(where, container.get("resources", {}).get("limits", {}))


def _user(where: str, container: Mapping[str, Any], own: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[str]:
    """Root is for postfix with exactly its capabilities; nobody else is root or has any."""
    user = own.get("runAsUser", pod.get("runAsUser"))
    capabilities = own.get("capabilities", {})
    added = {str(one).removeprefix("CAP_") for one in capabilities.get("add", ())}
    if "ALL" not in capabilities.get("drop", ()):
        yield f"{where}: securityContext.capabilities.drop: must be [ALL]"
    if container.get("name") == "postfix" and user == 0:
        if added != POSTFIX:
            yield f"{where}: securityContext.capabilities.add: exactly {', '.join(sorted(POSTFIX))}"
        return
    if user != USER:
        yield f"{where}: securityContext.runAsUser: must be {USER}, not {'root' if user == 0 else user}"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield f"{where}: securityContext.runAsNonRoot: must be true"
    if added:
        yield f"{where}: securityContext.capabilities.add: none, not {', '.join(sorted(added))}"


def _image(where: str, image: str) -> Iterator[str]:
    found = _IMAGE.fullmatch(image)
    if not found or found["tag"] == "latest":
        yield f"{where}: image: {image or 'nothing'} is not one of ours (localhost/paraat/…) with its version"


def _limits(where: str, limits: Mapping[str, Any]) -> Iterator[str]:
    for field, read in (("memory", quantity), ("cpu", millis)):
        try:
            if read(limits.get(field, "0")) <= 0:
                yield f"{where}: resources.limits.{field}: missing"
        except ValueError as error:
            yield f"{where}: resources.limits.{field}: {error}"


def _probes(where: str, container: Mapping[str, Any]) -> Iterator[str]:
    if "readinessProbe" not in container:
        yield f"{where}: readinessProbe: missing"
    for field in ("readinessProbe", "livenessProbe", "startupProbe"):
        probe = container.get(field)
        if probe is not None and not {"httpGet", "tcpSocket"} & set(probe):
            yield f"{where}: {field}: httpGet or tcpSocket, for they are tried from outside"
        if probe and not isinstance((probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port", 0), int):
            yield f"{where}: {field}: its port is a number"


def _reach(where: str, container: Mapping[str, Any], volumes: set[str]) -> Iterator[str]:
    """What a container takes from outside itself."""
    for port in container.get("ports", ()):
        for field in {"hostPort", "hostIP"} & set(port):
            yield f"{where}: ports.{port.get('name')}.{field}: nothing listens beside the entrance"
    for mount in container.get("volumeMounts", ()):
        if mount["name"] not in volumes:
            yield f"{where}: volumeMounts.{mount['name']}: there is no such volume"
        for field in {"subPath", "subPathExpr", "mountPropagation"} & set(mount):
            yield f"{where}: volumeMounts.{mount['name']}.{field}: podman does not know it"
    for field in {"volumeDevices", "lifecycle"} & set(container):
        yield f"{where}: {field}: podman does not know it"
    for one in container.get("env", ()):
        if set(one.get("valueFrom", {})) - {"configMapKeyRef"}:
            yield f"{where}: env.{one.get('name')}: only values and configMapKeyRef; secrets are files"
    for one in container.get("envFrom", ()):
        if "secretRef" in one:
            yield f"{where}: envFrom.secretRef: secrets are files, for an environment shows in process lists"


_RULES = {"Service": _service, "PersistentVolumeClaim": _claim, "Deployment": _deployment}
