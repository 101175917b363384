"""A tenant is brought to what is wanted: in the order of its tiers, proven by clients, once, and again after whatever broke."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from paraat.cloud import bringing, jobs, preparing, reconciling, trying
from paraat.cloud.actions import progress
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.models import Step, Tenant
from paraat.kernel.errors import Conflict
from paraat.platform import moment
from paraat.platform.models import JournalDetail, JournalEntry
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


def test_it_starts_by_tier_and_is_verified_by_clients(engine: playing.Engine) -> None:
    told: list[tuple[str, str, str]] = []
    tenant = bringing.bring(playing.started().pk, lambda change: told.append((change.deed, change.name, change.state)))
    assert tenant.state == Tenant.State.VERIFIED
    assert [name for deed, name in engine.asked if deed == "start"] == ["page", "post", "reader"]
    assert [row.proven for row in tenant.seen.order_by("service")] == [
        [f"{name} does its work"] for name in ("page", "post", "reader")
    ]
    assert {row.health for row in tenant.seen.all()} == {"healthy"}
    steps = {(step.deed, step.name): step for step in tenant.steps.all()}
    assert set(steps) == {("start", "network"), ("start", "healthy"), ("start", "entrance"), ("verify", "verified")} | {
        (deed, name) for deed in ("start", "verify") for name in ("page", "post", "reader")
    }
    for step in steps.values():
        assert step.state == Step.State.DONE, step.name
        assert step.began_at is not None and step.ended_at is not None and step.began_at <= step.ended_at
    assert ("verify", "reader", "done") in told
    assert tenant.started_at and tenant.healthy_at and tenant.verified_at
    assert {route[1] for route in engine.routes()} == {
        f"{name}.ronse.nood.example" for name in ("page", "post", "reader")
    }


def test_what_is_right_is_left_alone(engine: playing.Engine) -> None:
    tenant = playing.running()
    before = list(engine.asked)
    bringing.bring(tenant.pk)
    assert engine.asked == before
    assert tenant.steps.values("run").distinct().count() == 1
    assert list(reconciling.not_as_wanted()) == []


def test_its_secrets_are_made_once_and_sealed(engine: playing.Engine) -> None:
    tenant = playing.running()
    kept = bytes(tenant.secrets)
    known = progress.complete_secrets(tenant=tenant, names=["SECRET_PAGE", "SECRET_POST"])
    assert set(known) == {"SECRET_PAGE", "SECRET_POST", "SECRET_READER", "SECRET_VERIFIER", "BACKUP_KEY"}
    assert len(set(known.values())) == 5
    tenant.refresh_from_db()
    assert bytes(tenant.secrets) == kept
    assert not any(value.encode() in kept for value in known.values())


def test_what_died_is_started_and_proven_again(engine: playing.Engine) -> None:
    tenant = playing.running()
    engine.die(tenant.name, "post")
    engine.asked.clear()
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    tenant = bringing.bring(tenant.pk)
    assert engine.asked == [("start", "post"), ("verify", "post")]
    assert tenant.state == Tenant.State.VERIFIED
    assert JournalEntry.objects.filter(verb="tenant.repaired", object_id=str(tenant.pk)).count() == 1


def test_another_page_is_drift(engine: playing.Engine) -> None:
    """The services that say the name are made anew, since their manifests are others now."""
    tenant = playing.running(["page"])
    Tenant.objects.filter(pk=tenant.pk).update(values=tenant.values | {"names": {"nl": "Ander", "fr": "Autre"}})
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    bringing.bring(tenant.pk)
    assert list(reconciling.not_as_wanted()) == []


def test_all_is_gone_after_a_reboot_of_the_engine(engine: playing.Engine) -> None:
    tenant = playing.running()
    for name in tenant.services:
        engine.stop(tenant.name, name)
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    assert bringing.bring(tenant.pk).state == Tenant.State.VERIFIED
    assert all(one.health == "healthy" for one in engine.observe(tenant.name))


def test_a_service_that_does_not_work_is_said_and_the_others_run(engine: playing.Engine) -> None:
    engine.broken["reader"] = "no letter arrived"
    tenant = playing.started()
    with pytest.raises(EngineFailed, match="reader: no letter arrived"):
        bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.STARTING
    assert "no letter arrived" in tenant.trouble
    assert {row.service for row in tenant.seen.exclude(verified_at=None)} == {"page", "post"}
    assert list(reconciling.not_as_wanted()) == [], "not at once again"
    tenant.steps.update(ended_at=moment.now() - timedelta(minutes=5))
    engine.broken.clear()
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    tenant = bringing.bring(tenant.pk)
    assert (tenant.state, tenant.trouble) == (Tenant.State.VERIFIED, "")


def test_without_an_engine_it_says_what_to_install(engine: playing.Engine) -> None:
    engine.missing.append("podman is not here: apt-get install podman")
    tenant = playing.started()
    with pytest.raises(EngineFailed):
        bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert "apt-get install podman" in tenant.trouble
    assert tenant.started_at is None


def test_without_images_it_says_how_to_build_them(engine: playing.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "absent", lambda images: {"localhost/paraat/page:1"})
    tenant = playing.started()
    with pytest.raises(EngineFailed, match="paraat cloud build"):
        bringing.bring(tenant.pk)


def test_an_entrance_that_fails_keeps_nothing_from_being_proven(
    engine: playing.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(routes: object) -> None:
        raise EngineFailed("the port is taken")

    monkeypatch.setattr(engine, "enter", broken)
    tenant = playing.started()
    with pytest.raises(EngineFailed, match="the port is taken"):
        bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.VERIFIED
    assert "the port is taken" in tenant.trouble


def test_one_process_at_a_time(engine: playing.Engine) -> None:
    tenant = playing.started()
    from django.db import connections

    other = connections.create_connection("default")
    try:
        key = int.from_bytes(tenant.pk.bytes[-4:], "big", signed=True)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [bringing._LOCK, key])
        with pytest.raises(Conflict):
            bringing.bring(tenant.pk, patience=0.1)
        jobs.bring(tenant=str(tenant.pk))  # a job goes quietly
    finally:
        other.close()
    assert engine.asked == []
    assert bringing.bring(tenant.pk).state == Tenant.State.VERIFIED


def test_who_has_it_alone_may_take_it_again(engine: playing.Engine) -> None:
    tenant = playing.started()
    with bringing.alone(tenant.pk):
        assert bringing.bring(tenant.pk, patience=0).state == Tenant.State.VERIFIED


def test_a_quiet_tenant_is_left_alone(engine: playing.Engine) -> None:
    """However often the loop comes round, what is right is asked after and nothing else: no step, no line in the journal."""
    tenant = playing.running()
    before, lines = list(engine.asked), JournalEntry.objects.count()
    for moment_ in range(60):
        jobs.reconcile(timestamp=moment_)
    assert engine.asked == before
    assert JournalEntry.objects.count() == lines
    assert tenant.steps.values("run").distinct().count() == 1


def test_the_journal_says_what_was_wrong(engine: playing.Engine) -> None:
    tenant = playing.running()
    engine.die(tenant.name, "post")
    engine.stop(tenant.name, "reader")
    Tenant.objects.filter(pk=tenant.pk).update(values=tenant.values | {"names": {"nl": "Ander", "fr": "Autre"}})
    bringing.bring(tenant.pk)
    [entry] = JournalEntry.objects.filter(verb="tenant.repaired", object_id=str(tenant.pk))
    found = JournalDetail.objects.get(entry=entry.pk).detail
    assert found is not None and found["why"] == {
        "page": "made from other manifests",
        "post": "unhealthy: its process ended",
        "reader": "not there",
    }


def test_what_stays_broken_is_tried_less_and_less_often(engine: playing.Engine) -> None:
    engine.broken["reader"] = "no letter arrived"
    tenant = playing.started()
    waits = []
    for _ in range(6):
        with pytest.raises(EngineFailed):
            bringing.bring(tenant.pk)
        tenant.refresh_from_db()
        again = trying.again_at(tenant)
        assert again is not None and list(reconciling.not_as_wanted()) == []
        waits.append(round((again - moment.now()) / timedelta(minutes=1)))
        tenant.steps.update(ended_at=moment.now() - timedelta(minutes=16))
        assert list(reconciling.not_as_wanted()) == [tenant.pk]
    assert waits == [1, 2, 4, 8, 15, 15]
    assert JournalEntry.objects.filter(verb="tenant.trouble", object_id=str(tenant.pk)).count() == 1, "told once"
    engine.broken.clear()
    assert trying.again_at(bringing.bring(tenant.pk)) is None


def test_a_repair_that_is_cut_short_is_proven_again(engine: playing.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service runs again but no client has tried it: what was proven before it died does not count."""
    tenant = playing.running()
    engine.die(tenant.name, "post")

    def dies(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(progress, "note_proven", dies)
        with pytest.raises(KeyboardInterrupt):
            bringing.bring(tenant.pk)
    assert all(one.health == "healthy" for one in engine.observe(tenant.name))
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    engine.asked.clear()
    bringing.bring(tenant.pk)
    assert ("verify", "post") in engine.asked
    assert not tenant.steps.filter(state__in=progress.OPEN).exists()


def test_steps_of_who_died_at_the_very_end_are_ended(engine: playing.Engine) -> None:
    tenant = playing.running()
    tenant.steps.filter(name="verified").update(state=Step.State.RUNNING)
    assert list(reconciling.not_as_wanted()) == [tenant.pk]
    bringing.bring(tenant.pk)
    assert not tenant.steps.filter(state__in=progress.OPEN).exists()
    assert list(reconciling.not_as_wanted()) == []


# The end --------------------------------------------------------------------------------------------------------------------------
def test_winding_down_keeps_everything_and_starts_again(engine: playing.Engine) -> None:
    tenant = playing.running()
    deeds.hand_over(tenant=_called(tenant), by=playing.officer())
    deeds.stop_tenant(tenant=tenant, by=playing.officer(), because="No longer needed")
    tenant = bringing.bring(tenant.pk)
    assert tenant.state == Tenant.State.STOPPED
    assert [name for deed, name in engine.asked if deed == "stop"] == ["reader", "post", "page"]
    assert engine.routes() == []
    assert list(reconciling.not_as_wanted()) == []
    deeds.start_tenant(tenant=tenant, by=playing.officer())
    assert bringing.bring(tenant.pk).state == Tenant.State.HANDED_OVER


def test_destroyed_means_looked_for_and_not_found(engine: playing.Engine) -> None:
    tenant = playing.running()
    deeds.destroy_tenant(tenant=tenant, by=playing.officer(), because="The town works again")
    tenant = bringing.bring(tenant.pk)
    assert tenant.state == Tenant.State.DESTROYED
    assert tenant.proof["found"] == []
    assert tenant.proof["driver"] == "memory"
    assert "paraat.tenant=ronse" in tenant.proof["looked_for"]
    assert engine.leftovers("ronse") == ()
    assert "accounts" not in tenant.values
    assert set(preparing.secrets(tenant)) == {"BACKUP_KEY"}
    assert engine.routes() == []


def test_nothing_half_destroyed_is_called_gone(engine: playing.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paraat.cloud.ending.PATIENCE", 0.1)
    tenant = playing.running()
    monkeypatch.setattr(engine, "leftovers", lambda name: ("volume ronse-post-data",))
    deeds.destroy_tenant(tenant=tenant, by=playing.officer(), because="Enough")
    with pytest.raises(EngineFailed, match="volume ronse-post-data"):
        bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.DESTROYING
    assert tenant.destroyed_at is None
    monkeypatch.undo()
    with playing.engine_again(engine):
        assert bringing.bring(tenant.pk).state == Tenant.State.DESTROYED


def test_a_wish_that_changes_meanwhile_is_followed(engine: playing.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = playing.started()

    def change(service: str) -> list[str]:
        if Tenant.objects.get(pk=tenant.pk).wanted == Tenant.Wanted.RUNNING:
            deeds.destroy_tenant(tenant=tenant, by=playing.officer(), because="By mistake")
        return ["proven"]

    def tell(change_: progress.Change) -> None:
        if change_.name == "page" and change_.state == "done":
            change("page")

    assert bringing.bring(tenant.pk, tell).state == Tenant.State.DESTROYED
    assert engine.leftovers("ronse") == ()


# By the clock ---------------------------------------------------------------------------------------------------------------------
def test_somebody_decides_when_its_time_has_passed(engine: playing.Engine) -> None:
    tenant = playing.running()
    assert progress.ask_to_decide(now=moment.now()) == 0
    later = moment.now() + timedelta(days=31)
    assert [progress.ask_to_decide(now=later), progress.ask_to_decide(now=later)] == [1, 0]
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.VERIFIED, "nothing is destroyed by itself"
    deeds.extend_tenant(tenant=tenant, until=later + timedelta(days=5), by=playing.officer(), because="Not done yet")
    assert progress.ask_to_decide(now=later) == 0
    assert progress.ask_to_decide(now=later + timedelta(days=6)) == 1


def test_a_full_disk_is_told_once(engine: playing.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = playing.running()
    Tenant.objects.filter(pk=tenant.pk).update(disk_gb=0)
    with engine.volume(tenant.name, engine.volumes(tenant.name)[0]) as folder:
        (folder / "big").write_bytes(b"x" * 1000)
        reconciling.measure()
        reconciling.measure()
    assert JournalEntry.objects.filter(verb="tenant.disk_full", object_id=str(tenant.pk)).count() == 1


def _called(tenant: Tenant) -> Tenant:
    from tests import cast

    return deeds.call_back(tenant=tenant, contact=cast.contact(cast.ronse(), "deputy"), by=playing.officer())
