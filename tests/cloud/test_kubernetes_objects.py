"""What a cluster is told of a tenant, asserted without one; and the whole catalog against the schemas of newer Kubernetes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import kubernetes_validate
import pytest
import yaml

from paraat.cloud import catalog
from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.kubernetes import driver as driver_module
from paraat.cloud.drivers.kubernetes import entering, measuring, objects, observing, publishing
from paraat.cloud.drivers.kubernetes.driver import Driver
from paraat.cloud.workload import Manifest, Workload
from tests.cloud import trial

VERSIONS = ("1.29.0", kubernetes_validate.latest_version())


def told(workload: Workload, relay: list[tuple[str, int]] | None = None) -> list[Manifest]:
    """Everything that a cluster is told."""
    around = objects.surroundings(workload, "paraat-ronse", "paraat", relay or [])
    return around + [one for part in workload.parts for one in objects.objects(part, workload.tenant)]


def named(found: list[Manifest], kind: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_is_told_is_valid_in_newer_kubernetes(version: str) -> None:
    relayed = replace(trial.workload("ronse", "web"), relay="192.0.2.25:25")
    relayed = replace(relayed, parts=(replace(relayed.parts[0], egress=("relay",)),))
    every = told(relayed, [("192.0.2.25", 25)]) + entering.manifests({"nginx.conf": "x"}, "entrance-of-paraat")
    every.append(objects.helper("ronse", "paraat-ronse", "web-data", "localhost/paraat/base:1", "volume-1"))
    for one in every:
        kubernetes_validate.validate(one, version, strict=True)
    assert len(every) >= 15


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(path.parent.name for path in catalog.FOLDER.glob("*/manifest.yaml")))
def test_the_catalog_is_valid_in_newer_kubernetes(name: str, version: str) -> None:
    text = (catalog.FOLDER / name / "manifest.yaml").read_text(encoding="utf-8")
    for one in yaml.safe_load_all(text):
        kubernetes_validate.validate(one, version, strict=True)


def test_every_object_and_pod_carries_tenant_and_service_and_deployments_their_revision() -> None:
    workload = trial.workload("ronse", "web", "files")
    for one in told(workload):
        assert one["metadata"]["labels"]["paraat.tenant"] == "ronse", one["kind"]
    web = named(told(workload), "Deployment")["web"]
    assert web["metadata"]["labels"]["paraat.service"] == "web"
    for labels in (web["metadata"]["labels"], web["spec"]["template"]["metadata"]["labels"]):
        assert labels["paraat.revision"] == workload.part("web").revision
    assert web["spec"]["template"]["metadata"]["labels"]["app"] == "web"


def test_the_manifests_of_the_catalog_are_otherwise_unchanged() -> None:
    part = trial.workload("ronse", "web").part("web")
    before = yaml.safe_dump(part.manifests)
    found = objects.objects(part, "ronse")
    assert yaml.safe_dump(part.manifests) == before
    for one, other in zip(part.manifests, found, strict=True):
        if one["kind"] != "Deployment":
            assert {key: value for key, value in other.items() if key != "metadata"} == {
                key: value for key, value in one.items() if key != "metadata"
            }
        else:
            assert objects.pod(other)["containers"] == objects.pod(one)["containers"]


def test_nothing_goes_in_or_out_but_what_is_named() -> None:
    workload = trial.workload("ronse", "web", "files")
    policies = named(told(workload), "NetworkPolicy")
    assert policies.keys() == {"default", "within", "names", "entrance"}
    assert policies["default"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policies["within"]["spec"]["egress"] == [{"to": [{"podSelector": {}}]}]
    assert policies["within"]["spec"]["ingress"] == [{"from": [{"podSelector": {}}]}]
    (entrance,) = policies["entrance"]["spec"]["ingress"]
    assert entrance["from"] == [{"namespaceSelector": {"matchLabels": {"paraat.entrance": "yes"}}}]


def test_only_the_services_that_the_catalog_lets_out_reach_the_relay() -> None:
    workload = trial.workload("ronse", "web", "files")
    open_part = replace(workload.part("web"), egress=("relay",))
    workload = replace(workload, parts=(open_part, workload.part("files")), relay="192.0.2.25:25")
    policy = named(told(workload, driver_module._relay(workload)), "NetworkPolicy")["relay"]["spec"]
    assert policy["podSelector"]["matchExpressions"][0]["values"] == ["web"]
    assert policy["egress"] == [
        {"to": [{"ipBlock": {"cidr": "192.0.2.25/32"}}], "ports": [{"protocol": "TCP", "port": 25}]}
    ]
    assert "relay" not in named(told(replace(workload, relay=""), []), "NetworkPolicy")


def test_the_budget_is_the_quota() -> None:
    quota = named(told(trial.workload("ronse", "web")), "ResourceQuota")["budget"]["spec"]["hard"]
    assert quota["limits.memory"] == f"{trial.BUDGET.memory_mb + objects.SPARE_MIB}Mi"
    assert quota["requests.cpu"] == f"{trial.BUDGET.cpu_millis + 10}m"
    assert quota["requests.storage"] == "1Gi"
    assert (quota["services.nodeports"], quota["services.loadbalancers"]) == ("0", "0")


def test_all_pods_of_a_tenant_share_a_node_and_its_volumes_one_at_a_time() -> None:
    web = named(told(trial.workload("ronse", "web")), "Deployment")["web"]
    (term,) = objects.pod(web)["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["labelSelector"]["matchLabels"] == {"paraat.tenant": "ronse"}
    assert web["spec"]["strategy"] == {"type": "Recreate"}


def test_storage_class_registry_and_names_without_dns_are_put_in_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_REGISTRY", "registry.example/emergency/")
    part = trial.workload("ronse", "web", image="localhost/paraat/base:abc").part("web")
    aliases = [{"ip": "10.96.0.7", "hostnames": ["mail"]}]
    found = publishing.placed(objects.objects(part, "ronse", aliases=aliases, storage="fast"))
    assert named(found, "PersistentVolumeClaim")["web-data"]["spec"]["storageClassName"] == "fast"
    pod = objects.pod(named(found, "Deployment")["web"])
    assert pod["containers"][0]["image"] == "registry.example/emergency/base:abc"
    assert pod["hostAliases"] == aliases
    assert objects.pod(part.manifests[2])["containers"][0]["image"] == "localhost/paraat/base:abc"


def test_the_exit_is_yaml_that_can_be_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Driver().render(trial.workload("ronse", "web", image="localhost/paraat/base:abc"))
    found = list(yaml.safe_load_all(text))
    assert found[0]["kind"] == "Namespace"
    assert {one["metadata"].get("namespace") for one in found[1:]} == {"paraat-ronse"}


def deployment(**status: object) -> Manifest:
    labels = {"paraat.service": "web", "paraat.revision": "r1"}
    return {"metadata": {"name": "web", "labels": labels}, "status": status}


def pod(revision: str = "r1", *, ready: bool = True, restarts: int = 0, **state: object) -> Manifest:
    box = {
        "name": "web",
        "ready": ready,
        "restartCount": restarts,
        "state": state or {"running": {"startedAt": "2026-11-22T10:00:00Z"}},
    }
    labels = {"paraat.service": "web", "paraat.revision": revision}
    return {"metadata": {"labels": labels}, "status": {"containerStatuses": [box]}}


def test_health_follows_from_pods() -> None:
    def health(*pods: Manifest, **status: object) -> tuple[str, str]:
        (seen,) = observing.seen([deployment(**status)], pods)
        return seen.health.value, seen.error

    assert health(pod()) == ("healthy", "")
    assert health() == ("starting", "")
    assert health(pod(ready=False)) == ("starting", "")
    assert health(pod("r0")) == ("starting", "")
    assert health(pod(), pod(ready=False)) == ("starting", "")
    assert health(pod(ready=False, waiting={"reason": "ErrImagePull", "message": "none"})) == (
        "unhealthy",
        "web: ErrImagePull none",
    )
    assert health(pod(ready=False, restarts=2))[0] == "unhealthy"
    failure = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    assert health(conditions=[failure]) == ("unhealthy", "exceeded quota")
    assert observing.seen([], [pod()]) == ()


def test_what_was_asked_for_is_summed_over_containers() -> None:
    box = {"resources": {"requests": {"memory": "24Mi"}}}
    assert measuring.asked([{"spec": {"containers": [box, box, {}]}}], "memory") == 48 << 20


def test_a_cluster_without_a_registry_says_how_images_come_to_its_nodes(tmp_path: Any) -> None:
    with pytest.raises(EngineFailed, match=r"ctr -n k8s\.io images import"):
        publishing.push(tmp_path / "bundle.tar.zst")
