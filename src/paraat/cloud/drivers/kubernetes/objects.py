"""The Kubernetes objects of a tenant, from its workload: pure, so that what a cluster is told can be asserted without one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from paraat.cloud.rules.names import label
from paraat.cloud.rules.sizes import claims, containers, millis, of_kind, quantity
from paraat.cloud.workload import LABEL, REVISION_LABEL, SERVICE_LABEL, Manifest, Part, Workload

MANAGED = "app.kubernetes.io/managed-by"
INSTALLATION = "paraat.installation"
ENTRANCE = "paraat.entrance"
MIB, GIB = 2**20, 2**30
SPARE_MIB = 128
"""Memory beyond the budget for the one pod that reads and writes volumes."""


def labels(tenant: str, service: str = "") -> dict[str, str]:
    """What every object of a tenant carries."""
    found = {LABEL: label(tenant), MANAGED: "paraat"}
    return found | ({SERVICE_LABEL: label(service)} if service else {})


def surroundings(
    workload: Workload, namespace: str, installation: str, relay: Iterable[tuple[str, int]]
) -> list[Manifest]:
    """Everything but the services and volumes: namespace, quota, limits and what may talk to what. `relay`: addresses of outgoing mail."""
    own = labels(workload.tenant)
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": namespace,
            "labels": own
            | {INSTALLATION: installation}
            | {"pod-security.kubernetes.io/enforce": "baseline"}  # postfix is root, with rights that this level knows
            | {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("audit", "warn")},
        },
    }
    return [space, _quota(workload, own), _limits(own), *policies(workload, own, relay)]


def policies(workload: Workload, own: Mapping[str, str], relay: Iterable[tuple[str, int]]) -> list[Manifest]:
    """Nothing in or out, but: names, each other, the entrance, and the egress that the catalog names."""
    dns = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    kube_dns = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    entrance = [{"from": [{"namespaceSelector": {"matchLabels": {ENTRANCE: "yes"}}}]}]
    found = [
        _policy("default", own, {}, ["Ingress", "Egress"]),
        _policy("within", own, {}, ["Ingress", "Egress"], ingress=[{"from": [{"podSelector": {}}]}],
                egress=[{"to": [{"podSelector": {}}]}]),
        _policy("names", own, {}, ["Egress"], egress=[{"to": [kube_dns], "ports": dns}]),
        _policy("entrance", own, {}, ["Ingress"], ingress=entrance),
    ]  # fmt: skip
    out = [
        {
            "to": [{"ipBlock": {"cidr": f"{host}/{128 if ':' in host else 32}"}}],
            "ports": [{"protocol": "TCP", "port": port}],
        }
        for host, port in relay
    ]
    services = [part.service for part in workload.parts if "relay" in part.egress]
    if out and services:
        chosen = {"matchExpressions": [{"key": SERVICE_LABEL, "operator": "In", "values": services}]}
        found.append(_policy("relay", own, chosen, ["Egress"], egress=out))
    return found


def objects(part: Part, tenant: str, *, aliases: Iterable[Mapping[str, Any]] = (), storage: str = "") -> list[Manifest]:
    """The part's manifests as the cluster gets them: unchanged but for labels, one at a time, and all pods of a tenant on one node,
    since its services share volumes. `aliases`: names for a cluster without DNS."""
    return [_adapted(one, part, tenant, list(aliases), storage) for one in part.manifests]


def pod(one: Manifest) -> dict[str, Any]:
    """The specification of a deployment's pod."""
    found: dict[str, Any] = one["spec"]["template"]["spec"]
    return found


def helper(tenant: str, namespace: str, claim: str, image: str, name: str) -> Manifest:
    """A pod that does nothing but hold one volume, so that its files can be read and written. Root, with the rights that this takes."""
    rights = {"drop": ["ALL"], "add": ["CHOWN", "DAC_OVERRIDE", "FOWNER"]}
    box = {
        "name": "volume",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/usr/bin/tini", "--", "sleep", "86400"],
        "resources": {"requests": {"memory": "16Mi", "cpu": "10m"}, "limits": {"memory": f"{SPARE_MIB}Mi", "cpu": "1"}},
        "securityContext": {
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": rights,
        },
        "volumeMounts": [{"name": "data", "mountPath": "/volume"}],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "affinity": _together(tenant),
        "containers": [box],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
    }
    metadata = {"name": name, "namespace": namespace, "labels": labels(tenant) | {"paraat.volume": claim}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _adapted(one: Manifest, part: Part, tenant: str, aliases: list[Mapping[str, Any]], storage: str) -> Manifest:
    found = copy.deepcopy(one)
    own = labels(tenant, part.service)
    found["metadata"]["labels"] = found["metadata"].get("labels", {}) | own
    if found["kind"] == "PersistentVolumeClaim" and storage:
        found["spec"]["storageClassName"] = storage
    if found["kind"] != "Deployment":
        return found
    found["metadata"]["labels"][REVISION_LABEL] = part.revision
    found["spec"] |= {"replicas": 1, "strategy": {"type": "Recreate"}, "revisionHistoryLimit": 1}
    inner = found["spec"]["template"].setdefault("metadata", {})
    inner["labels"] = inner.get("labels", {}) | own | {REVISION_LABEL: part.revision}
    pod(found)["affinity"] = _together(tenant)
    if aliases:
        pod(found)["hostAliases"] = aliases
    return found


def _together(tenant: str) -> dict[str, Any]:
    """On the node where the tenant's other pods are."""
    term = {"labelSelector": {"matchLabels": {LABEL: tenant}}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _quota(workload: Workload, own: Mapping[str, str]) -> Manifest:
    """The budget, or what the catalog's own limits add up to where that is more: a quota below them would refuse the services themselves."""
    parts = [one for part in workload.parts for one in part.manifests]
    asked = [one.get("resources", {}) for one in containers(parts)]
    memory = sum(quantity(one.get("limits", {}).get("memory", "0")) for one in asked) // MIB
    processor = sum(millis(one.get("requests", {}).get("cpu", "0")) for one in asked)
    disk = sum(
        quantity(one["spec"]["resources"]["requests"]["storage"]) for one in of_kind(parts, "PersistentVolumeClaim")
    )
    hard = {
        "limits.memory": f"{max(workload.budget.memory_mb, memory) + SPARE_MIB}Mi",
        "requests.cpu": f"{max(workload.budget.cpu_millis, processor) + 10}m",
        "requests.storage": f"{max(workload.budget.disk_gb, -(-disk // GIB))}Gi",
        "persistentvolumeclaims": str(len(claims(parts))),
        "services.nodeports": "0",
        "services.loadbalancers": "0",
    }
    return _object("ResourceQuota", "budget", own, {"hard": hard})


def _limits(own: Mapping[str, str]) -> Manifest:
    """What a container gets when its manifest does not say."""
    box = {
        "type": "Container",
        "default": {"memory": "128Mi", "cpu": "500m"},
        "defaultRequest": {"memory": "32Mi", "cpu": "10m"},
    }
    return _object("LimitRange", "budget", own, {"limits": [box]})


def _policy(name: str, own: Mapping[str, str], pods: Mapping[str, Any], types: list[str], **rules: Any) -> Manifest:
    spec = {"podSelector": pods, "policyTypes": types, **rules}
    return _object("NetworkPolicy", name, own, spec) | {"apiVersion": "networking.k8s.io/v1"}


def _object(kind: str, name: str, own: Mapping[str, str], spec: Mapping[str, Any]) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": dict(own)}, "spec": dict(spec)}
