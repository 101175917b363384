"""The entrance on Kubernetes: nginx in a namespace of its own, which ends TLS and passes on to the cluster addresses of tenants' services.

Its files are a Secret, from which a new pod begins; a running one gets them at once and takes them over by a reload, which cuts no connection.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from paraat.cloud import configuration, images
from paraat.cloud.drivers.base import EngineFailed, Route
from paraat.cloud.drivers.kubernetes import observing, publishing
from paraat.cloud.drivers.kubernetes.cluster import Cluster, NotThere
from paraat.cloud.drivers.kubernetes.objects import ENTRANCE, INSTALLATION, MANAGED
from paraat.cloud.entrance.files import FOLDER, files
from paraat.cloud.entrance.nginx import Listening
from paraat.cloud.rules.manifests import USER
from paraat.cloud.workload import Manifest
from paraat.kernel.errors import NotFound

Address = Callable[[str, str, str], tuple[str, int]]
NAME = "entrance"
PORTS = {"https": 8443, "imaps": 8993, "submissions": 8465}
"""Where nginx listens in its pod: it is not root."""
_SECONDS = 90
_TAKE_OVER = (
    "set -e; cd {folder}; rm -rf new; mkdir new; tar -C new -xf -; mv new/nginx.conf nginx.conf.new; "
    "find new -type f -exec mv -t . {{}} +; nginx -t -q -e stderr -c {folder}/nginx.conf.new; mv nginx.conf.new nginx.conf; "
    "nginx -e stderr -c {folder}/nginx.conf -s reload; rm -rf new"
)


def enter(cluster: Cluster, routes: Iterable[Route], address: Address) -> Mapping[str, tuple[str, int]]:
    """Have it serve exactly these routes; where each kind listens. Nothing is made for no routes."""
    wanted, namespace = list(routes), space()
    if not wanted and not _there(cluster, namespace):
        return {}
    where = Listening("0.0.0.0", PORTS, public=configuration.HTTPS_PORT.get())  # noqa: S104  # a pod has an address of its own
    texts = files([(route, _target(address, route)) for route in wanted], where)
    for one in manifests(texts, namespace):
        cluster.apply(one, "" if one["kind"] == "Namespace" else namespace)
    _served(cluster, namespace, texts)
    return listens(cluster, namespace)


def space() -> str:
    """The namespace of the entrance: no tenant's is named so."""
    return f"entrance-of-{configuration.NAMESPACE.get()}"


def manifests(texts: Mapping[str, str], namespace: str) -> list[Manifest]:
    """What the cluster is told."""
    own = {ENTRANCE: "yes", MANAGED: "paraat", INSTALLATION: configuration.NAMESPACE.get()}
    strict = {"pod-security.kubernetes.io/enforce": "restricted"}
    data = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
    ports = [
        {"name": kind, "port": configuration.entrance()[kind], "targetPort": port, "protocol": "TCP"}
        for kind, port in PORTS.items()
    ]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": own | strict}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME, "labels": own}, "data": data},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": NAME, "labels": own},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {ENTRANCE: "yes"}},
                "template": {"metadata": {"labels": own}, "spec": _pod()},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME, "labels": own},
            "spec": {"type": "LoadBalancer", "selector": {ENTRANCE: "yes"}, "ports": ports},
        },
    ]


def listens(cluster: Cluster, namespace: str) -> dict[str, tuple[str, int]]:
    """The load balancer's address, else a port of a node."""
    found = cluster.get("Service", NAME, namespace)
    given = found.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    ports = {one["name"]: one for one in found["spec"]["ports"]}
    if given:
        host = str(given[0].get("ip") or given[0].get("hostname"))
        return {kind: (host, int(one["port"])) for kind, one in ports.items()}
    node = next(address["address"] for one in cluster.list("Node") for address in one["status"]["addresses"])
    return {kind: (str(node), int(one["nodePort"])) for kind, one in ports.items()}


def _pod() -> dict[str, Any]:
    shut = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    image = publishing.place(images.reference("entrance"))
    small = {"requests": {"memory": "32Mi", "cpu": "50m"}, "limits": {"memory": "512Mi", "cpu": "2"}}
    live = {"name": "live", "mountPath": FOLDER}
    common = {"image": image, "imagePullPolicy": "IfNotPresent", "securityContext": shut, "resources": small}
    copied = f"cp -L /given/* {FOLDER}/"
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": [
            common
            | {"name": "files", "command": ["/bin/sh", "-c", copied]}
            | {"volumeMounts": [{"name": "given", "mountPath": "/given", "readOnly": True}, live]}
        ],
        "containers": [
            common
            | {"name": "nginx", "volumeMounts": [live, {"name": "tmp", "mountPath": "/tmp"}]}  # noqa: S108
            | {"ports": [{"name": kind, "containerPort": port, "protocol": "TCP"} for kind, port in PORTS.items()]}
            | {"readinessProbe": {"tcpSocket": {"port": PORTS["https"]}, "periodSeconds": 1}}
        ],
        "volumes": [
            {"name": "given", "secret": {"secretName": NAME}},
            {"name": "live", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}},
        ],
    }


def _served(cluster: Cluster, namespace: str, texts: Mapping[str, str]) -> None:
    """Until a pod serves these files; one that serves others gets them."""
    until = time.monotonic() + _SECONDS
    wanted = hashlib.sha256(texts["nginx.conf"].encode()).hexdigest()
    while time.monotonic() < until:
        ready = [one for one in cluster.list("Pod", namespace, f"{ENTRANCE}=yes") if observing.ready(one)]
        for pod in [one["metadata"]["name"] for one in ready]:
            digest = b"".join(cluster.run(namespace, pod, "nginx", ["sha256sum", f"{FOLDER}/nginx.conf"]))
            if not digest.decode().startswith(wanted):
                script = ["sh", "-c", _TAKE_OVER.format(folder=FOLDER)]
                list(cluster.run(namespace, pod, "nginx", script, _archive(texts)))
        if ready:
            return
        time.sleep(0.1)
    raise EngineFailed("The entrance does not start")


def _archive(texts: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, text in texts.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), 0o400
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def _target(address: Address, route: Route) -> str:
    try:
        host, port = address(route.tenant, route.service, route.port)
    except NotFound:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _there(cluster: Cluster, namespace: str) -> bool:
    try:
        cluster.get("Namespace", namespace)
    except NotThere:
        return False
    return True
