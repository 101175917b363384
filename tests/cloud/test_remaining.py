"""What is kept of a destroyed tenant goes when its time is over, is written down, and is not denied before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from paraat.cloud import bringing, configuration, data_jobs, leaving, remaining
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.models import Export, Restore, Tenant
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import NotFound
from paraat.platform import moment
from paraat.platform.models import JournalDetail, JournalEntry
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    """A tenant that was exported and of which a file was put aside."""
    with playing.engine(tmp_path):
        made = playing.running()
        leaving.export_now(tenant=made, by=playing.officer())
        row = Restore.objects.create(
            tenant=made,
            state="done",
            began_at=moment.now(),
            scanned="found",
            found=[{"path": "a.exe", "found": "Eicar"}],
        )
        aside = configuration.place() / "quarantine" / made.number / str(row.pk) / "post-data" / "a.exe"
        aside.parent.mkdir(parents=True)
        aside.write_bytes(b"EICAR")
        yield made


def end(tenant: Tenant) -> None:
    deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over", keep_backups=False)
    bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.DESTROYED


def files() -> list[str]:
    """What is on this host of any tenant."""
    places = (configuration.place() / "exports", configuration.place() / "quarantine")
    return sorted(one.name for place in places if place.exists() for one in place.rglob("*") if one.is_file())


def page(tenant: Tenant) -> str:
    client = Client()
    client.force_login(cast.duty_officer())
    with translation.override("en"):
        return client.get(f"/cloud/tenants/{tenant.pk}/data/", headers={"accept-language": "en"}).content.decode()


def test_the_proof_of_the_end_says_what_is_still_here(tenant: Tenant) -> None:
    end(tenant)
    until = (moment.now() + timedelta(days=30)).date().isoformat()
    assert tenant.proof["exports"] == f"1, put aside 1, kept until {until}"
    assert len(files()) == 2
    text = page(tenant)
    assert "The file is kept until" in text and "What was put aside is kept until" in text and "Take it" in text


def test_it_goes_when_its_time_is_over_and_the_rows_say_so(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    other = playing.running(organisation=cast.wemmel())
    kept = leaving.export_now(tenant=other, by=SYSTEM)
    draft = leaving.folder() / f".{tenant.name}-{tenant.number}-abcdef.tar.zst"
    draft.write_bytes(b"half of it")
    assert remaining.sweep(now=moment.now() + timedelta(days=400)) == 0, "it lives"
    end(tenant)
    now = moment.now()
    assert remaining.sweep(now=now + timedelta(days=29)) == 0 and len(files()) == 4
    monkeypatch.setattr(moment, "now", lambda: now + timedelta(days=31))

    data_jobs.remove_remains(timestamp=0)

    assert files() == [kept.file], "another's stays"
    row = Export.objects.get(tenant=tenant)
    assert row.removed_at == now + timedelta(days=31) and row.digest and row.bytes
    assert Restore.objects.get(tenant=tenant).removed_at is not None
    with pytest.raises(NotFound, match="no longer kept"):
        leaving.place_of(row)
    entry = JournalEntry.objects.get(verb="tenant.remains_removed")
    assert JournalDetail.objects.get(entry=entry.pk).detail == {"exports": 1, "put_aside": 1, "files": 3}
    data_jobs.remove_remains(timestamp=0)
    assert JournalEntry.objects.filter(verb="tenant.remains_removed").count() == 1, "once"
    text = page(tenant)
    assert "The file was removed" in text and "What was put aside was removed" in text and "Take it" not in text


def test_a_file_that_is_gone_already_is_written_down_as_gone(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    end(tenant)
    leaving.place_of(Export.objects.get()).unlink()
    monkeypatch.setenv("PARAAT_CLOUD_KEPT_DAYS", "0")
    assert remaining.sweep(now=moment.now()) == 1
    assert Export.objects.get().removed_at is not None and files() == []


def test_who_has_nothing_left_says_none(tmp_path: Path) -> None:
    with playing.engine(tmp_path):
        made = playing.running()
        end(made)
        assert made.proof["exports"] == "none"
        assert remaining.sweep(now=moment.now() + timedelta(days=400)) == 0
