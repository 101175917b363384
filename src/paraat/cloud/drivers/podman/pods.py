"""Pods and volumes of a tenant: made, made anew, started again, and gone."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.podman import addressing, lowering, network, relaying
from paraat.cloud.drivers.podman.engine import Engine
from paraat.cloud.drivers.podman.lowering import KIND_LABEL, Pod, Volume, own
from paraat.cloud.rules.manifests import USER
from paraat.cloud.rules.sizes import claims
from paraat.cloud.workload import LABEL, REVISION_LABEL, SERVICE_LABEL, Workload
from paraat.kernel.errors import NotFound

IP_LABEL = "paraat.address"
"""The pod's address, which it keeps for as long as it lives: nobody has to look it up again after a restart."""
PIDS = 1024
"""How many processes and threads a pod may have, so that one tenant cannot use up the host's."""
_MODES = {"data": 0o2770, "scratch": 0o1777, "config": 0o755}


def ensure_volumes(engine: Engine, workload: Workload) -> None:
    """Every claimed volume, empty where it is new; what there is stays as it is."""
    for part in workload.parts:
        for claim in claims(part.manifests):
            make_volume(engine, workload.tenant, Volume(own(workload.tenant, claim), "data"))


def make_volume(engine: Engine, tenant: str, volume: Volume) -> None:
    """The volume, owned by the user that every service runs as; podman would give it to whoever mounts it first."""
    labels = lowering.claim_labels(tenant, volume.kind)
    options = {"o": f"uid={USER},gid={USER}"}
    try:
        made = engine.post("/volumes/create", {"Name": volume.name, "Labels": labels, "Options": options})
    except EngineFailed as error:
        if "already exists" in str(error):
            return
        raise
    folder = Path(made["Mountpoint"])
    os.chown(folder, USER, USER)
    folder.chmod(_MODES[volume.kind])


def start(engine: Engine, workload: Workload, service: str) -> None:
    """Every pod of the service, of this revision and running."""
    tenant, part = workload.tenant, workload.part(service)
    net, names = ensure_names(engine, workload)
    here = {pod["Name"]: pod for pod in of_service(engine, tenant, service)}
    for pod in lowering.lower(part, tenant, lowering.scale_of(workload)):
        found = here.pop(pod.name, None)
        same = found and found["Labels"].get(REVISION_LABEL) == part.revision and _whole(found, pod)
        if found and same and _resumed(engine, tenant, found, names):
            continue
        if found:
            remove_pod(engine, tenant, found)
        _play(engine, tenant, relaying.through(pod, part, workload, net), net, names)
    for left in here.values():  # of an older revision that had more pods
        remove_pod(engine, tenant, left)


def ensure_names(engine: Engine, workload: Workload) -> tuple[network.Network, addressing.Names]:
    """The tenant's network, and an address for every pod of all its services, so that the first one knows the last."""
    net = network.ensure(engine, workload.tenant)
    pods = tuple(pod for part in workload.parts for pod in lowering.lower(part, workload.tenant))
    return net, addressing.give(engine, net, workload.tenant, pods)


def stop(engine: Engine, tenant: str, service: str) -> None:
    """No pod of the service; its volumes stay."""
    for pod in of_service(engine, tenant, service):
        remove_pod(engine, tenant, pod)


def of_service(engine: Engine, tenant: str, service: str) -> list[dict[str, Any]]:
    """The pods of a service as podman lists them."""
    return [pod for pod in engine.labelled("pods", f"{LABEL}={tenant}") if pod["Labels"].get(SERVICE_LABEL) == service]


def remove_pod(engine: Engine, tenant: str, pod: dict[str, Any], seconds: int = 5) -> None:
    """The pod gone, after `seconds` to end by itself, and what was made for it alone."""
    name = pod["Name"]
    with suppress(EngineFailed, NotFound):  # it may be half made; removing it by force is what counts
        engine.post(f"/pods/{name}/stop", t=seconds)
    engine.delete(f"/pods/{name}", force="true")
    service = name.split(".", 1)[1]
    for volume in engine.labelled("volumes", f"{LABEL}={tenant}"):
        kind = volume["Labels"].get(KIND_LABEL)
        if kind == "scratch" and volume["Name"].startswith(own(tenant, "scratch", service) + "."):
            engine.delete(f"/volumes/{volume['Name']}", force="true")


def _whole(found: dict[str, Any], pod: Pod) -> bool:
    """Whether all containers were made: a play that was cut off leaves a pod with some of them."""
    wanted = len(pod.documents[-1]["spec"]["containers"]) + len(pod.documents[-1]["spec"].get("initContainers", ()))
    return len(found.get("Containers") or ()) == wanted + 1  # and the one that holds the network


def _resumed(engine: Engine, tenant: str, found: dict[str, Any], names: addressing.Names) -> bool:
    """Whether all its containers run, started again where they did not. What cannot be started again is made anew by the caller."""
    if all(one["Status"] == "running" for one in found["Containers"]):
        return True
    try:
        engine.post(f"/pods/{found['Name']}/start")
    except EngineFailed:
        return False
    _limit(engine, found["Name"])
    addressing.tell(engine, tenant, names)
    return True


def _play(engine: Engine, tenant: str, pod: Pod, net: network.Network, names: addressing.Names) -> None:
    for volume in pod.volumes:
        make_volume(engine, tenant, volume)
    for document in pod.documents[:-1]:
        _fill(engine, document)
    if not (wrong := _played(engine, pod, net, names)):
        return
    # Podman notes addresses beside its own state; after a crash it may hold one for a pod that is no more.
    remove_pod(engine, tenant, {"Name": pod.name}, seconds=0)
    for volume in pod.volumes:
        make_volume(engine, tenant, volume)
    names = addressing.give_another(engine, net, tenant, pod)
    if wrong := _played(engine, pod, net, names):
        raise EngineFailed(f"podman: {wrong}", pod=pod.name)
    addressing.tell(engine, tenant, names)


def _played(engine: Engine, pod: Pod, net: network.Network, names: addressing.Names) -> str:
    """What podman says went wrong; empty when every container was started. It answers "200 OK" to a pod that does not start."""
    answer = engine.post(
        "/play/kube",
        yaml.safe_dump_all(_placed(pod, names)).encode(),
        network=f"{net.name}:ip={names.pods[pod.name]},mac={names.hardware(pod.name)}",
        start="true",
    )
    wrong = [str(text) for one in answer["Pods"] for text in one.get("ContainerErrors") or ()]
    if not wrong:
        _limit(engine, pod.name)
    return "; ".join(wrong)[:500]


def _placed(pod: Pod, names: addressing.Names) -> list[dict[str, Any]]:
    """The documents with what only this host knows: the pod's address, and the names of the others."""
    body = pod.documents[-1]
    labels = body["metadata"]["labels"] | {IP_LABEL: names.pods[pod.name]}
    spec = body["spec"] | {"hostAliases": names.host_aliases()}
    return [*pod.documents[:-1], body | {"metadata": body["metadata"] | {"labels": labels}, "spec": spec}]


def _fill(engine: Engine, document: dict[str, Any]) -> None:
    """Keys that a ConfigMap no longer has go: podman writes those it has and leaves the others."""
    try:
        folder = Path(engine.get(f"/volumes/{document['metadata']['name']}/json")["Mountpoint"])
    except NotFound:
        return  # only an environment reads it
    keys = {*document.get("data", ()), *document.get("binaryData", ())}
    for path in folder.iterdir():
        if path.name not in keys:
            path.unlink()


def _limit(engine: Engine, name: str) -> None:
    """Bound the pod's processes. YAML cannot say it, and a limit per user would be shared by all tenants."""
    group = engine.get(f"/pods/{name}/json")["CgroupPath"].lstrip("/")
    for root in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
        path = Path(root) / group / "pids.max"
        if path.exists():
            path.write_text(str(PIDS))
            return


def labels_of(pod: dict[str, Any], label: str) -> Any:
    """What a label of ours holds."""
    return json.loads(pod["Labels"].get(label) or "null")
