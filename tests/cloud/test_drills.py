"""A drill is a real recovery in a throw-away tenant: what it proves, what it says when it fails, and what is left of it: nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from paraat.cloud import adopting, drilling, drivers, keeping, preparing, restoring
from paraat.cloud.actions import drills
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.drivers import memory
from paraat.cloud.models import Drill, Preparation, Repository, Tenant
from paraat.cloud.repositories import Repository as Opened
from paraat.cloud.repositories import WrongKey
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import keys, moment
from tests import cast
from tests.cloud import playing
from tests.cloud.test_backups import content

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


def held(engine: playing.Engine) -> Tenant:
    """Ronse's own emergency cloud, with one file."""
    tenant = playing.running()
    with engine.volume(tenant.name, "post-data", write=True) as post:
        (post / "letter").write_bytes(b"dear mayor")
    return tenant


def test_without_a_backup_sample_data_are_lost_and_come_back(engine: playing.Engine) -> None:
    found = drilling.drill_now(organisation=cast.ronse(), by=playing.officer(), because="by hand", sample=300_000)
    assert found.error == ""
    assert (found.state, found.sample, found.same) == ("passed", True, True)
    assert found.bytes >= 300_000 and found.files >= 2
    assert (
        found.lost_at is not None and found.started_at and found.healthy_at and found.restored_at and found.verified_at
    )
    moments = [
        found.lost_at,
        found.requested_at,
        found.started_at,
        found.healthy_at,
        found.restored_at,
        found.verified_at,
    ]
    assert moments == sorted(moments)
    assert set(found.proven) == {"page", "post", "reader"}
    assert found.tenant is not None and found.tenant.kind == "drill" and found.tenant.name == "ronse-drill"
    assert found.tenant.state == Tenant.State.DESTROYED and found.gone_at is not None and found.left == []
    assert engine.tenants() == frozenset()
    assert not Repository.objects.exists()
    assert found.tlp == Tlp.AMBER_STRICT


def test_with_a_backup_the_real_one_is_restored_and_stays_untouched(engine: playing.Engine) -> None:
    tenant = held(engine)
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    before = content(engine, tenant)
    Preparation.objects.create(
        organisation=tenant.organisation, services=["post"], label="ronse", changed_at=moment.now(), data_mb=500_000,
        target_rto_minutes=30, claimed_rto_minutes=60,
    )  # fmt: skip
    found = drilling.drill_now(organisation=tenant.organisation, by=SYSTEM, because="schedule")
    assert (found.state, found.error, found.sample, found.backup) == ("passed", "", False, kept)
    assert found.services == ["page", "post", "reader"]  # what was kept, not what is prepared now
    assert (found.bytes, found.target_rto_minutes, found.claimed_rto_minutes) == (10, 30, 60)
    assert found.extrapolated_minutes is not None and found.extrapolated_minutes > 1
    assert engine.tenants() == {tenant.name}
    assert content(engine, tenant) == before
    place = Path(Repository.objects.get(tenant=tenant).location)
    assert (place / "config").exists()
    assert restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because="still there").state == "done"


def test_a_drill_that_fails_says_why_is_kept_and_leaves_nothing(engine: playing.Engine) -> None:
    tenant = held(engine)
    keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    Repository.objects.update(key=keys.seal("another"))
    found = drilling.drill_now(organisation=tenant.organisation, by=SYSTEM, because="")
    assert found.state == "failed" and "does not open" in found.error
    assert found.verified_at is None and found.extrapolated_minutes is None
    assert engine.tenants() == {tenant.name}

    engine.broken["post"] = "no mail arrives"
    Repository.objects.all().delete()
    found = drilling.drill_now(organisation=tenant.organisation, by=SYSTEM, because="", sample=1000)
    assert found.state == "failed" and "no mail arrives" in found.error
    assert engine.tenants() == {tenant.name}


@pytest.mark.usefixtures("engine")
def test_an_engine_that_runs_nothing_proves_nothing() -> None:
    real = memory.Driver()
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # undone before the fixture undoes its own, or what it put there would stay
        patch.setattr(drivers, "named", lambda _name: real)
        found = drilling.drill_now(organisation=cast.ronse(), by=SYSTEM, because="", sample=1000)
    assert (found.state, found.same) == ("failed", True)
    assert "no client proved" in found.error


def test_a_drill_whose_process_died_has_failed_and_is_cleared_away(
    engine: playing.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As kill -9 would."""

    def dies(**_more: object) -> None:
        raise Killed

    asked = drills.drill(organisation=cast.ronse(), by=SYSTEM, because="", enqueue=False)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "restore_now", dies)
        patch.setattr(drilling, "_clear", lambda _drill: None)
        with pytest.raises(Killed):
            drilling.run_drill(asked.pk, sample=1000)
    assert Drill.objects.get().state == "running"
    with pytest.raises(Conflict):
        drills.drill(organisation=cast.ronse(), by=SYSTEM, because="")
    found = drilling.run_drill(asked.pk)
    assert found.state == "failed" and "process" in found.error
    assert found.gone_at is not None and engine.tenants() == frozenset()


def test_drills_come_by_schedule_and_once(engine: playing.Engine) -> None:
    now = moment.now()
    one = Preparation.objects.create(
        organisation=cast.ronse(),
        services=["page"],
        label="ronse",
        changed_at=now,
        drill_every_days=90,
        drill_due_at=now,
        exercise=True,
    )
    assert len(drills.take_due(now=now)) == 1
    assert drills.take_due(now=now) == []
    one.refresh_from_db()
    assert one.drill_due_at == now + timedelta(days=90)
    row = Drill.objects.get()
    assert (row.because, row.exercise, row.services) == ("schedule", True, ["page"])


def test_a_host_that_never_heard_of_it_brings_it_back(engine: playing.Engine) -> None:
    """Only the repository and the key survive: the tenant, its rows and its volumes do not."""
    tenant = held(engine)
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    before, row = content(engine, tenant), Repository.objects.get(tenant=tenant)
    left = Opened(row.location, keys.unseal(bytes(row.key)))
    secrets = preparing.secrets(tenant)
    engine.remove(tenant.name)
    Tenant.objects.filter(pk=tenant.pk).update(state="destroyed", wanted="gone")
    Repository.objects.all().delete()
    tenant.backups.all().delete()

    with pytest.raises(WrongKey):
        adopting.restore_elsewhere(
            repository=Opened(left.location, "wrong"), by=playing.officer(), because="x", consent="y"
        )
    assert not Tenant.objects.alive().exists()

    done = adopting.restore_elsewhere(
        repository=left,
        by=playing.officer(),
        because="the last one before the attack",
        consent="The head agreed by telephone",
    )
    again = done.tenant
    again.refresh_from_db()
    assert again.pk != tenant.pk and again.state == Tenant.State.RESTORED
    assert done.same is True and done.backup is not None and done.backup.digest == kept.digest
    assert content(engine, again) == before
    assert preparing.secrets(again) == secrets  # data written under them can be read
    deeds.destroy_tenant(tenant=again, by=SYSTEM, because="over")
