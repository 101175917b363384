"""What no engine runs, each said with object and field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paraat.cloud.rules.manifests import POSTFIX, demand, refused
from paraat.kernel.errors import Invalid
from tests.cloud.trial import manifests


def _pod(found: list[dict[str, Any]]) -> dict[str, Any]:
    spec: dict[str, Any] = found[2]["spec"]["template"]["spec"]
    return spec


def _container(found: list[dict[str, Any]]) -> dict[str, Any]:
    one: dict[str, Any] = _pod(found)["containers"][0]
    return one


def test_the_trial_service_may_run() -> None:
    assert refused(manifests()) == []


Change = Callable[[list[dict[str, Any]]], Any]
BAD: dict[str, Change] = {
    "hostNetwork": lambda m: _pod(m).update(hostNetwork=True),
    "hostPID": lambda m: _pod(m).update(hostPID=True),
    "hostIPC": lambda m: _pod(m).update(hostIPC=True),
    "automountServiceAccountToken": lambda m: _pod(m).pop("automountServiceAccountToken"),
    "enableServiceLinks": lambda m: _pod(m).pop("enableServiceLinks"),
    "serviceAccountName": lambda m: _pod(m).update(serviceAccountName="admin"),
    "securityContext.seccompProfile": lambda m: _pod(m)["securityContext"].pop("seccompProfile"),
    "volumes.data.hostPath": lambda m: _pod(m)["volumes"].append({"name": "data", "hostPath": {"path": "/"}}),
    "volumes.x.nfs": lambda m: _pod(m)["volumes"].append({"name": "x", "nfs": {}}),
    "securityContext.privileged": lambda m: _container(m)["securityContext"].update(privileged=True),
    "securityContext.runAsUser": lambda m: _container(m)["securityContext"].update(runAsUser=0),
    "securityContext.runAsNonRoot": lambda m: _container(m)["securityContext"].pop("runAsNonRoot"),
    "securityContext.allowPrivilegeEscalation": lambda m: _container(m)["securityContext"].pop(
        "allowPrivilegeEscalation"
    ),
    "securityContext.readOnlyRootFilesystem": lambda m: _container(m)["securityContext"].update(
        readOnlyRootFilesystem=False
    ),
    "securityContext.capabilities.add": lambda m: _container(m)["securityContext"]["capabilities"].update(
        add=["NET_ADMIN"]
    ),
    "securityContext.capabilities.drop": lambda m: _container(m)["securityContext"].pop("capabilities"),
    "resources.limits.memory": lambda m: _container(m)["resources"]["limits"].pop("memory"),
    "resources.limits.cpu": lambda m: _container(m)["resources"]["limits"].pop("cpu"),
    "readinessProbe": lambda m: _container(m).pop("readinessProbe"),
    "readinessProbe: httpGet or tcpSocket": lambda m: _container(m).update(readinessProbe={"exec": {}}),
    "image": lambda m: _container(m).update(image="docker.io/library/nginx:1"),
    "image: localhost/paraat/web ": lambda m: _container(m).update(image="localhost/paraat/web"),
    "image: localhost/paraat/web:latest": lambda m: _container(m).update(image="localhost/paraat/web:latest"),
    "ports.http.hostPort": lambda m: _container(m)["ports"][0].update(hostPort=80),
    "volumeMounts.data.subPath": lambda m: _container(m)["volumeMounts"][1].update(subPath="a"),
    "env.PASSWORD": lambda m: _container(m).update(env=[{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {}}}]),
    "envFrom.secretRef": lambda m: _container(m).update(envFrom=[{"secretRef": {"name": "web-secret"}}]),
    "spec.type": lambda m: m[3]["spec"].update(type="NodePort"),
    "spec.ports.http.nodePort": lambda m: m[3]["spec"]["ports"][0].update(nodePort=30000),
    "spec.ports.http.protocol": lambda m: m[3]["spec"]["ports"][0].pop("protocol"),
    "spec.ports.http: port and targetPort": lambda m: m[3]["spec"]["ports"][0].update(port=80),
    "spec.volumeName": lambda m: m[1]["spec"].update(volumeName="of-another"),
    "metadata.namespace": lambda m: m[0]["metadata"].update(namespace="kube-system"),
    "metadata.name": lambda m: m[0]["metadata"].update(name="../x"),
    "kind": lambda m: m.append({"kind": "DaemonSet", "metadata": {"name": "x"}}),
    "it cannot be read": lambda m: m[2].update(spec={}),
}


@pytest.mark.parametrize("field", BAD)
def test_what_may_not_be_is_said_with_its_field(field: str) -> None:
    found = manifests()
    BAD[field](found)
    said = refused(found)
    assert said
    assert any(f": {field}" in sentence for sentence in said), said
    assert all(
        sentence.split()[0] in {"Deployment", "Service", "Secret", "PersistentVolumeClaim", "DaemonSet"}
        for sentence in said
    )


def test_every_refusal_is_in_the_error() -> None:
    found = manifests()
    _pod(found).update(hostNetwork=True, hostPID=True)
    with pytest.raises(Invalid, match=r"Deployment web: hostNetwork.*Deployment web: hostPID"):
        demand("web", found)


@pytest.mark.parametrize(
    ("name", "capabilities", "may"),
    [
        ("postfix", sorted(POSTFIX), True),
        ("postfix", [*sorted(POSTFIX), "NET_ADMIN"], False),
        ("postfix", ["CHOWN"], False),
        ("dovecot", sorted(POSTFIX), False),
    ],
)
def test_only_postfix_is_root_with_exactly_its_capabilities(name: str, capabilities: list[str], may: bool) -> None:
    found = manifests()
    one = _container(found)
    one["name"] = name
    one["securityContext"] |= {"runAsUser": 0, "capabilities": {"drop": ["ALL"], "add": capabilities}}
    del one["securityContext"]["runAsNonRoot"]
    assert (refused(found) == []) is may
