"""The contract that every folder of the catalog passes. A new service edits nothing here: it is found by looking."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from paraat.cloud import catalog, images
from paraat.cloud.catalog import Service
from paraat.cloud.rules.manifests import refused
from paraat.cloud.workload import Account, Budget, Call, Prepared
from paraat.kernel.errors import Invalid, NotFound

LANGUAGES = {"nl", "fr", "de", "en"}
VERSIONS = ("1.27", "1.32")
"""Kubernetes whose schemas the manifests must fit; what they use is older than both."""
TAKES = {"mbox", "maildir", "ics", "vcf", "files"}
HOOKS = {"values": 1, "before_backup": 1, "after_restore": 1, "take_in": 3}
"""Name -> how many arguments it is called with; more it may have only with a default."""
DEFAULT_WORDS = re.compile(r"\b(changeme|admin123|password123|letmein|secret123|welcome1)\b", re.IGNORECASE)

every_service = pytest.mark.parametrize("one", catalog.services().values(), ids=lambda one: one.name)


def prepared(**more: Any) -> Prepared:
    """A tenant with something of everything."""
    names = {name: f"random-{name.lower()}" for name in catalog.secrets_of(["all"])}
    given: dict[str, Any] = {
        "tenant": "ronse",
        "domain": "nood.ronse.example",
        "names": {"nl": 'Stad "Ronse" $x', "fr": "Ville de Renaix", "de": "Stadt Ronse", "en": "City of Ronse"},
        "languages": ("nl", "fr"),
        "phone": "055 00 00 00",
        "accounts": (Account("mayor", "Mayor", "nl"), Account("crisis", "Crisis team", "nl")),
        "calls": (Call("Fire brigade", "dispatcher", "112"),),
        "secrets": names,
    }
    return Prepared(**given | more)


def manifests(one: Service) -> list[dict[str, Any]]:
    """Its manifests with a tenant's values in."""
    return list(catalog.part(one, prepared()).manifests)


def of(kind: str, one: Service) -> dict[str, dict[str, Any]]:
    """Its objects of a kind by name."""
    return {found["metadata"]["name"]: found for found in manifests(one) if found["kind"] == kind}


def containers(one: Service) -> Iterator[dict[str, Any]]:
    """Every container that serves."""
    for deployment in of("Deployment", one).values():
        yield from deployment["spec"]["template"]["spec"]["containers"]


@every_service
def test_it_says_in_four_languages_what_it_is(one: Service) -> None:
    assert set(one.titles) == LANGUAGES
    assert set(one.texts) == LANGUAGES
    assert all(text.strip() for text in (*one.titles.values(), *one.texts.values()))
    assert all(len(text) > 20 for text in one.texts.values())


@every_service
def test_it_has_weight_targets_and_a_place_in_the_order(one: Service) -> None:
    assert one.weight.memory_mb > 0
    assert one.weight.cpu_millis > 0
    assert one.rto_minutes > 0
    assert one.rpo_minutes > 0
    assert all(catalog.service(need).tier <= one.tier for need in one.needs), "it would start before what it needs"
    assert set(one.takes) <= TAKES


@every_service
def test_its_manifests_may_run(one: Service) -> None:
    assert refused(manifests(one)) == []


@every_service
def test_its_manifests_are_kubernetes(one: Service) -> None:
    for found in manifests(one):
        for version in VERSIONS:
            kubernetes_validate.validate(found, version, strict=True)


@every_service
def test_its_ports_are_those_of_its_manifests(one: Service) -> None:
    said = {port.name: port.port for port in one.ports}
    served = {p["name"]: p["port"] for s in of("Service", one).values() for p in s["spec"]["ports"]}
    opened = {p["name"]: p["containerPort"] for c in containers(one) for p in c.get("ports", ())}
    assert said == served == opened
    assert {port.entrance for port in one.ports} <= {"", "https", "imaps", "submissions"}
    assert all(port.entrance for port in one.ports if port.host)


@every_service
def test_what_is_backed_up_is_what_it_claims(one: Service) -> None:
    """A queue may be left out of backups, by saying so in a comment; nothing is backed up that is not its own."""
    claims = set(of("PersistentVolumeClaim", one))
    assert set(one.volumes) <= claims
    text = (one.folder / "manifest.yaml").read_text(encoding="utf-8")
    assert claims == set(one.volumes) or "not in backups" in text


@every_service
def test_it_mounts_its_own_claims_and_reads_those_of_what_it_needs(one: Service) -> None:
    needed = {name for need in catalog.chosen(one.needs) for name in of("PersistentVolumeClaim", catalog.service(need))}
    for deployment in of("Deployment", one).values():
        spec = deployment["spec"]["template"]["spec"]
        for volume in spec.get("volumes", ()):
            name = volume.get("persistentVolumeClaim", {}).get("claimName")
            if name and name not in of("PersistentVolumeClaim", one):
                mounts = [m for c in spec["containers"] for m in c["volumeMounts"] if m["name"] == volume["name"]]
                assert name in needed
                assert mounts
                assert all(mount.get("readOnly") for mount in mounts), f"{name} belongs to another service"


@every_service
def test_its_objects_carry_its_name(one: Service) -> None:
    assert one.name in of("Deployment", one)
    assert one.name in of("Service", one)
    for found in manifests(one):
        name = found["metadata"]["name"]
        assert name == one.name or name.startswith(f"{one.name}-"), "two services of a tenant must not collide"
    for deployment in of("Deployment", one).values():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert labels["app"] == deployment["metadata"]["name"]


@every_service
def test_its_containers_have_probes_limits_and_our_images(one: Service) -> None:
    known = {images.reference(name) for name in one.images}
    for found in containers(one):
        assert found["image"] in known
        assert not found["image"].endswith(":latest")
        assert {"readinessProbe", "livenessProbe"} <= set(found)
        limits = found["resources"]["limits"]
        assert {"memory", "cpu"} <= set(limits)


@every_service
def test_its_images_have_a_folder(one: Service) -> None:
    for name in one.images:
        text = (images.image(name).folder / "Containerfile").read_text(encoding="utf-8")
        assert "${BASE}" in text
        assert ":latest" not in text


@every_service
def test_its_client_and_hooks_can_be_called(one: Service) -> None:
    verify = catalog.verifier(one.name).verify
    assert list(inspect.signature(verify).parameters) == ["access"]
    assert (verify.__doc__ or "").strip()
    own = catalog.hooks(one.name)
    for name, count in HOOKS.items():
        if found := getattr(own, name, None):
            asked = [p for p in inspect.signature(found).parameters.values() if p.default is p.empty]
            assert len(asked) == count, f"{name} is called with {count}"
    assert bool(one.takes) == hasattr(own, "take_in")


@every_service
def test_no_secret_stands_in_its_folder_or_its_environment(one: Service) -> None:
    for path in one.folder.rglob("*"):  # common.txt lists what nobody may choose
        if path.is_file() and path.suffix not in {".woff2", ".png", ".ico", ".pyc"} and path.name != "common.txt":
            assert not DEFAULT_WORDS.search(path.read_text(encoding="utf-8", errors="replace")), path
    secrets = set(prepared().secrets.values())
    for found in containers(one):
        told = [entry.get("value", "") for entry in found.get("env", ())]
        told += [*found.get("args", ()), *found.get("command", ())]
        assert not any(secret in text for secret in secrets for text in told), "processes show it"


@every_service
def test_secrets_stand_in_secrets_only(one: Service) -> None:
    secrets = set(prepared().secrets.values())
    for found in manifests(one):
        if found["kind"] != "Secret":
            text = yaml.safe_dump(found)
            assert not any(secret in text for secret in secrets), f"{found['kind']} {found['metadata']['name']}"


@every_service
def test_the_same_values_are_the_same_revision_and_another_name_is_another(one: Service) -> None:
    first = catalog.part(one, prepared()).revision
    assert catalog.part(one, prepared()).revision == first
    other = prepared(
        domain="nood.kluisbergen.example",
        names=dict.fromkeys(LANGUAGES, "Kluisbergen"),
        accounts=(),
        calls=(),
        secrets={name: f"other-{name}" for name in prepared().secrets},
    )
    if "${" in (one.folder / "manifest.yaml").read_text(encoding="utf-8").replace("${IMAGE_", ""):
        assert catalog.part(one, other).revision != first


def test_no_two_services_answer_at_one_name() -> None:
    hosts = [(port.entrance, port.host) for one in catalog.services().values() for port in one.ports if port.entrance]
    assert len(hosts) == len(set(hosts))


def test_no_two_services_have_an_object_of_one_name() -> None:
    named = [
        (found["kind"], found["metadata"]["name"]) for one in catalog.services().values() for found in manifests(one)
    ]
    assert len(named) == len(set(named))


def test_what_a_service_needs_comes_with_it_and_before_it() -> None:
    assert catalog.chosen(["webmail"])[-1] == "webmail"
    assert {"accounts", "mail"} <= set(catalog.chosen(["webmail"]))
    assert set(catalog.chosen(["all"])) == set(catalog.services())


def test_a_name_that_is_not_in_the_catalog_is_said_so() -> None:
    with pytest.raises(NotFound, match="no service swimming"):
        catalog.chosen(["swimming"])


def test_a_value_that_nobody_gives_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("kind: ConfigMap\nmetadata: {name: x}\ndata: {a: '${NOBODY}'}\n")
    one = Service("web", {"en": "x"}, {"en": "x"}, 1, (), Budget(1, 1, 1), folder=tmp_path)
    with pytest.raises(Invalid, match="NOBODY"):
        catalog.part(one, prepared())


def test_a_value_cannot_change_the_structure_of_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("kind: ConfigMap\nmetadata: {name: x}\ndata: {a: '${NAME}'}\n")
    one = Service("web", {"en": "x"}, {"en": "x"}, 1, (), Budget(1, 1, 1), folder=tmp_path)
    hostile = 'x"\n---\nkind: Pod\nmetadata: {name: ${SECRET_VERIFIER}}'
    part = catalog.part(one, prepared(names={"nl": hostile, "fr": "", "de": "", "en": ""}))
    assert [found["kind"] for found in part.manifests] == ["ConfigMap"]
    assert part.manifests[0]["data"]["a"] == hostile
