"""What is gone stays gone: nothing that was asked of a tenant before its end brings any of it back, and nothing of it is kept that was to go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paraat.cloud import bringing, drilling, keeping, leaving, restoring, scanning
from paraat.cloud.actions import backups
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.models import Backup, Export, Repository, Restore, Tenant
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import files
from tests import cast
from tests.cloud import playing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"),
]
WHY = "from before the first trace of the intruder"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


@pytest.fixture
def tenant(engine: playing.Engine) -> Tenant:
    """A tenant that runs, with something in its volumes."""
    made = playing.running()
    with engine.volume(made.name, "page-data", write=True) as page:
        (page / "text").write_bytes(b"kept")
    return made


def destroy(tenant: Tenant, *, keep: bool = True) -> None:
    deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over", keep_backups=keep)
    bringing.bring(tenant.pk)
    tenant.refresh_from_db()
    assert tenant.state == "destroyed"


def test_what_was_asked_before_the_end_brings_nothing_back(engine: playing.Engine, tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    asked = backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
    destroy(tenant)
    assert restoring.run_restore(asked.pk).state == "failed"
    assert "destroyed" in Restore.objects.get().error
    assert not engine.leftovers(tenant.name)


@pytest.mark.parametrize("what", ["back_up", "export"])
def test_nothing_is_read_of_what_is_gone(engine: playing.Engine, tenant: Tenant, what: str) -> None:
    verbs: dict[str, tuple[Callable[[], Backup | Export], Callable[..., Backup | Export]]] = {
        "back_up": (lambda: backups.back_up(tenant=tenant, by=SYSTEM, because="", enqueue=False), keeping.run_backup),
        "export": (lambda: backups.export_tenant(tenant=tenant, by=SYSTEM, enqueue=False), leaving.run_export),
    }
    ask, run = verbs[what]
    row = ask()
    destroy(tenant)
    run(row.pk)
    row.refresh_from_db()
    assert row.state == "failed" and "destroyed" in row.error
    assert not engine.leftovers(tenant.name)


@pytest.mark.parametrize("state", ["destroying", "destroyed"])
def test_a_tenant_that_ends_is_asked_nothing(tenant: Tenant, state: str) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    if state == "destroyed":
        destroy(tenant)
    else:
        deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over")
    for ask in (
        lambda: backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY),
        lambda: backups.back_up(tenant=tenant, by=SYSTEM, because=""),
        lambda: backups.export_tenant(tenant=tenant, by=SYSTEM),
    ):
        with pytest.raises(Conflict):
            ask()


def test_a_backup_that_ran_into_the_end_is_not_called_whole(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = keeping.prepare_services

    def and_then_destroyed(*given: object) -> None:
        prepare(*given)  # type: ignore[arg-type]
        deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over", enqueue=False)

    monkeypatch.setattr(keeping, "prepare_services", and_then_destroyed)
    assert keeping.back_up_now(tenant=tenant, by=SYSTEM, because="").state == "failed"


def test_a_repository_that_a_drill_read_can_still_be_removed(tenant: Tenant) -> None:
    keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    done = drilling.drill_now(organisation=cast.ronse(), by=SYSTEM, because="")
    assert (done.state, done.sample) == ("passed", False), done.error
    place = Path(Repository.objects.get(tenant=tenant).location)
    destroy(tenant, keep=False)
    assert not place.exists() and not Repository.objects.exists()


def test_a_drill_keeps_no_key_and_nobody_keeps_the_call_list(tenant: Tenant) -> None:
    keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    assert tenant.values["calls"]
    drill = drilling.drill_now(organisation=cast.ronse(), by=SYSTEM, because="")
    assert drill.tenant is not None
    drill.tenant.refresh_from_db()
    assert bytes(drill.tenant.secrets) == b""
    destroy(tenant)
    assert "calls" not in tenant.values and "calls" not in drill.tenant.values
    assert bytes(tenant.secrets) != b"", "its own repository is kept, and so is the key"


# What was taken in ----------------------------------------------------------------------------------------------------------------
def _asked(tenant: Tenant, content: bytes) -> Restore:
    stored = files.store([content])
    return Restore.objects.create(
        tenant=tenant, service="post", kind="mbox", source="crisis.mbox", file=stored.path, by="", began_at=tenant.state_at
    )  # fmt: skip


def test_an_export_that_is_refused_does_not_stay_here(tenant: Tenant) -> None:
    row = _asked(tenant, b"From x")
    place = files.locate(row.file)
    with pytest.raises(Invalid):
        restoring.run_restore(row.pk)
    assert not place.exists()


def test_an_export_whose_tenant_is_gone_does_not_stay_here(tenant: Tenant) -> None:
    row = _asked(tenant, b"From y")
    place = files.locate(row.file)
    destroy(tenant)
    assert restoring.run_restore(row.pk).state == "failed"
    assert not place.exists()


# The scanner ----------------------------------------------------------------------------------------------------------------------
def test_the_name_of_a_file_leads_the_scanner_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: playing.Engine
) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("of this host")
    program = tmp_path / "bin" / "clamscan"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '%s: Eicar FOUND\\n' '{outside}'\nexit 1\n")
    program.chmod(0o755)
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(scanning, "scanner", lambda: str(program))
    with pytest.raises(scanning.NotScanned):
        scanning.scan(folder, label="T/1")
    assert outside.read_text() == "of this host"


def test_a_name_that_is_no_text_can_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: playing.Engine
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    bad = Path(os.fsdecode(os.fsencode(folder) + b"/bill\xff.exe"))
    bad.write_text("EICAR")
    program = tmp_path / "clamscan"
    program.write_text(
        '#!/bin/sh\nfor last; do :; done\nfor one in "$last"/*; do echo "$one: Eicar FOUND"; done\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(scanning, "scanner", lambda: str(program))
    found = scanning.scan(folder, label="T/2").put_aside
    assert [one["path"] for one in found] == ["bill\ufffd.exe"] and not bad.exists()
