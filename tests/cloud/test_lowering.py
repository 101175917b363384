"""From Kubernetes to what podman plays: nothing of one tenant has the name of another's."""

from __future__ import annotations

import base64
import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.drivers.podman.lowering import PORTS_LABEL, PROBES_LABEL, lower, own, scale_of
from paraat.cloud.workload import Part
from tests.cloud.trial import manifests, workload

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def lowered(tenant: str = "ronse", change: Any = None) -> tuple[Any, dict[str, Any]]:
    found = manifests(tenant=tenant)
    if change:
        change(found)
    (pod,) = lower(Part("web", tuple(found), "r1"), tenant)
    return pod, pod.documents[-1]


def test_every_name_carries_the_tenants() -> None:
    pod, document = lowered()
    assert document["kind"] == "Pod"
    assert document["metadata"]["name"] == pod.name == "ronse.web"
    assert {one.name: one.kind for one in pod.volumes} == {
        "ronse.secret.web-secret": "config",
        "ronse.web-data": "data",
        "ronse.scratch.web.tmp": "scratch",
    }
    mounts = {one["name"] for one in document["spec"]["containers"][0]["volumeMounts"]}
    assert mounts == {one["name"] for one in document["spec"]["volumes"]} == {one.name for one in pod.volumes}


def test_two_tenants_share_nothing() -> None:
    one, other = yaml.safe_dump(lowered("a")[0].documents), yaml.safe_dump(lowered("a-web")[0].documents)
    names = {word for word in one.split() if word.startswith("a.")}
    assert names
    assert not [word for word in names if word in other.split()]


@given(LABELS, LABELS, LABELS, LABELS)
def test_names_of_two_tenants_never_meet(tenant: str, name: str, other: str, its: str) -> None:
    if (tenant, name) != (other, its):
        assert own(tenant, name) != own(other, its)
    if tenant != other:
        assert not own(tenant, name).startswith(f"{other}.")


def test_what_podman_gets_wrong_is_not_there() -> None:
    _, document = lowered()
    container = document["spec"]["containers"][0]
    assert not {"ports", "readinessProbe", "livenessProbe"} & set(container)
    assert "emptyDir" not in yaml.safe_dump(document)
    assert {"kind: Secret", "kind: Service"} & set(yaml.safe_dump(document).splitlines()) == set()


def test_ports_and_probes_are_kept_in_labels() -> None:
    _, document = lowered()
    labels = document["metadata"]["labels"]
    assert json.loads(labels[PORTS_LABEL]) == {"http": 8080}
    assert json.loads(labels[PROBES_LABEL]) == [{"container": "web", "port": 8080, "path": "/", "headers": {}}]
    assert labels["paraat.tenant"] == "ronse"
    assert labels["paraat.service"] == "web"
    assert labels["paraat.revision"] == "r1"


def test_a_secrets_data_are_decoded() -> None:
    def change(found: list[dict[str, Any]]) -> None:
        found[0]["data"] = {
            "text": base64.b64encode("é".encode()).decode(),
            "bytes": base64.b64encode(b"\xff").decode(),
        }

    pod, _ = lowered(change=change)
    config = pod.documents[0]
    assert config["kind"] == "ConfigMap"
    assert config["data"] == {"text": "é", "word": "secret word of web of ronse"}
    assert config["binaryData"] == {"bytes": base64.b64encode(b"\xff").decode()}


def test_processors_are_scaled_to_the_budget() -> None:
    few = workload("ronse", "a", "b")
    assert scale_of(few) == 1.0  # 1000 of 2000
    many = workload("ronse", *"abcdefgh")
    assert scale_of(many) == 0.5
    (pod,) = lower(many.part("a"), "ronse", scale_of(many))
    assert pod.documents[-1]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "250m"


def test_the_manifests_themselves_are_not_changed() -> None:
    part = workload("ronse", "web").part("web")
    before = yaml.safe_dump(part.manifests)
    lower(part, "ronse")
    assert yaml.safe_dump(part.manifests) == before
