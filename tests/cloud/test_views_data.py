"""The page of a tenant's data: asked for by the team, read by the victim too, and nobody else's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from paraat.cloud import catalog, keeping, leaving, restoring
from paraat.cloud.actions import backups
from paraat.cloud.models import Backup, Restore, Tenant
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.platform import files
from paraat.platform.models import JournalEntry
from tests import cast
from tests.cloud import playing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"),
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


@pytest.fixture
def tenant(engine: playing.Engine) -> Tenant:
    made = playing.running()
    with engine.volume(made.name, "post-data", write=True) as post:
        (post / "letter").write_bytes(b"dear mayor")
    return made


def client(user: Any) -> Client:
    """A browser in which this account is signed in, in English."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def test_an_officer_backs_up_restores_and_exports(tenant: Tenant) -> None:
    browser, place = client(cast.duty_officer()), f"/cloud/tenants/{tenant.pk}/data/"
    assert "what is lost now is lost" in browser.get(place).content.decode()
    browser.post(f"{place}back-up/")
    kept = keeping.run_backup(Backup.objects.get().pk)

    page = browser.post(f"{place}restore/", {"backup": kept.pk, "because": ""}).content.decode()
    assert "This field is required" in page and not Restore.objects.exists()
    browser.post(
        f"{place}restore/", {"backup": kept.pk, "because": "before the first trace", "paths": "post-data/letter\n"}
    )
    row = Restore.objects.get()
    assert (row.because, row.paths, row.by) == ("before the first trace", ["post-data/letter"], "Duty officer")
    restoring.run_restore(row.pk)
    assert "before the first trace" in browser.get(place).content.decode()

    browser.post(f"{place}export/")
    leaving.run_export(tenant.exports.get().pk)
    export = tenant.exports.get()
    answer = browser.post(f"{place}export/{export.pk}/")
    assert len(b"".join(answer.streaming_content)) == export.bytes  # type: ignore[attr-defined]
    assert JournalEntry.objects.filter(verb="tenant.export_taken").exists()
    shown = browser.get(f"/cloud/tenants/{tenant.pk}/").content.decode()
    assert 'id="backups"' in shown and 'id="restores"' in shown


def test_the_victim_reads_and_nobody_else(tenant: Tenant) -> None:
    place = f"/cloud/tenants/{tenant.pk}/data/"
    own, other = client(cast.spoc_user(cast.ronse())), client(cast.spoc_user(cast.eupen()))
    page = own.get(place)
    assert page.status_code == 200 and b"Back up now" not in page.content
    assert other.get(place).status_code == 404
    for deed in ("back-up/", "restore/", "take-in/", "export/"):
        assert own.post(place + deed).status_code == 403
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    export = leaving.export_now(tenant=tenant, by=SYSTEM)
    assert own.post(f"{place}export/{export.pk}/").status_code == 403
    assert Backup.objects.get() == kept


def test_an_export_of_the_victim_is_taken_in(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, str, bytes, str]] = []

    class Hooks:
        """What a service's hooks.py offers."""

        @staticmethod
        def take_in(_access: Any, kind: str, path: Path, account: str = "") -> dict[str, int]:
            taken.append((kind, path.name, path.read_bytes(), account))
            if kind == "ics":
                raise Invalid("This is no calendar")
            return {"messages": 3, "quarantined": 1}

    service = catalog.service("post")
    monkeypatch.setattr(catalog, "service", lambda name: service if name != "post" else _taking(service))
    monkeypatch.setattr(catalog, "services", lambda: {"post": _taking(service)})
    monkeypatch.setattr(catalog, "hooks", lambda name: Hooks if name == "post" else None)
    place, browser = f"/cloud/tenants/{tenant.pk}/data/", client(cast.duty_officer())
    file = SimpleUploadedFile("../../crisis.mbox", b"From a Sat Nov 21 14:00:00 2026\nSubject: x\n\n")
    browser.post(
        f"{place}take-in/", {"what": "post:mbox", "file": file, "because": "from the old server", "account": "crisis"}
    )
    row = Restore.objects.get()
    assert files.locate(row.file).exists()
    row = restoring.run_restore(row.pk)
    assert (row.state, row.taken, row.files) == ("done", {"messages": 3, "quarantined": 1}, 3)
    assert (
        taken[0][0] == "mbox"
        and "/" not in taken[0][1]
        and taken[0][2].startswith(b"From a")
        and taken[0][3] == "crisis"
    )
    assert not files.locate(row.file).exists()  # what is in the tenant now is not kept here as well
    assert "quarantined: 1" in browser.get(place).content.decode()

    bad = backups.take_in(
        tenant=tenant, service="post", kind="ics", file=SimpleUploadedFile("x.ics", b"no"), by=SYSTEM, enqueue=False
    )
    with pytest.raises(Invalid):
        restoring.run_restore(bad.pk)
    bad.refresh_from_db()
    assert (bad.state, bad.error) == ("failed", "This is no calendar")
    with pytest.raises(Invalid):
        backups.take_in(tenant=tenant, service="post", kind="vcf", file=SimpleUploadedFile("x", b""), by=SYSTEM)


def _taking(service: Any) -> Any:
    import dataclasses

    return dataclasses.replace(service, takes=("mbox", "ics"))
