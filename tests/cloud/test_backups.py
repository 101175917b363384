"""A tenant's data are kept, lost and brought back: compared, locked out of each other, and the same after whatever was killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from paraat.cloud import (
    bringing,
    data_jobs,
    keeping,
    leaving,
    preparing,
    repositories,
    restoring,
    scanning,
    sums,
)
from paraat.cloud.actions import backups
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.models import Backup, Export, Repository, Restore, Tenant
from paraat.cloud.repositories import Damaged, WrongKey
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import keys, moment
from paraat.platform.models import JournalDetail, JournalEntry
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
    with (
        engine.volume(made.name, "post-data", write=True) as post,
        engine.volume(made.name, "page-data", write=True) as page,
    ):
        (post / "crisis" / "cur").mkdir(parents=True)
        (post / "crisis" / "cur" / "1:2,S").write_bytes(b"Subject: help\r\n\r\n")
        (post / "crisis" / "cur" / "2:2,").write_bytes(os.urandom(200_000))
        (page / "begroting één.ods").write_bytes(os.urandom(50_000))
    return made


def content(engine: playing.Engine, tenant: Tenant) -> sums.Sums:
    """What is in all its volumes."""
    found = {}
    for name in engine.volumes(tenant.name):
        with engine.volume(tenant.name, name) as folder:
            found[name] = sums.of_folder(folder)
    return {path: sums.Sum(one.digest, one.size) for path, one in keeping.flat(found).items()}


def lose(engine: playing.Engine, tenant: Tenant) -> None:
    """An intruder: one file is encrypted, one is gone, one is new."""
    with engine.volume(tenant.name, "post-data", write=True) as post:
        (post / "crisis" / "cur" / "1:2,S").write_bytes(b"locked")
        (post / "crisis" / "cur" / "2:2,").unlink()
        (post / "README-TO-PAY").write_bytes(b"pay")


def test_what_was_lost_is_brought_back_the_same_and_proven(engine: playing.Engine, tenant: Tenant) -> None:
    before = content(engine, tenant)
    kept = keeping.back_up_now(tenant=tenant, by=playing.officer(), because="by hand")
    assert (kept.state, kept.files, kept.bytes) == ("done", 3, sum(one.size for one in before.values()))
    assert kept.digest == sums.digest(before)
    lose(engine, tenant)
    engine.asked.clear()

    restored = restoring.restore_now(tenant=tenant, backup=kept, by=playing.officer(), because=WHY)

    assert content(engine, tenant) == before
    assert (restored.state, restored.same, restored.files, restored.because) == ("done", True, 3, WHY)
    assert restored.scanned == ("clean" if scanning.scanner() else "not scanned")
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.RESTORED and tenant.restored_at is not None
    deeds_done = [deed for deed, _ in engine.asked]
    assert deeds_done[:3] == ["stop"] * 3 and deeds_done.count("start") == 3 and deeds_done.count("verify") == 3
    assert not any(one.name.startswith(".paraat") for one in (engine._home(tenant.name) / "volumes").iterdir())
    verbs = list(JournalEntry.objects.filter(object_id=str(tenant.pk)).order_by("seq").values_list("verb", flat=True))
    assert [verb for verb in verbs if "back" in verb or "restore" in verb] == [
        "tenant.backup", "tenant.backed_up", "tenant.restore", "tenant.restored",
    ]  # fmt: skip


def test_only_chosen_paths_are_brought_back(engine: playing.Engine, tenant: Tenant) -> None:
    before = content(engine, tenant)
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    lose(engine, tenant)
    with pytest.raises(Invalid):
        restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, paths=("post-data/nothing",))
    restored = restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, paths=("post-data/crisis",))
    after = content(engine, tenant)
    assert after.pop("post-data/README-TO-PAY").size == 3  # what was not chosen is as it was
    assert after == before
    assert restored.files == 2
    tenant.refresh_from_db()
    assert tenant.state == Tenant.State.VERIFIED  # a part of the data is not the data
    with pytest.raises(Invalid):
        backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, paths=["../../etc"])


def test_a_restore_says_why_the_point_in_time_is_clean(tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    with pytest.raises(Invalid):
        backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=" ")
    Backup.objects.filter(pk=kept.pk).update(state="failed")
    kept.refresh_from_db()
    with pytest.raises(Invalid):
        backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)


def test_backup_and_restore_lock_each_other_out(tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
    for deed in (
        lambda: backups.back_up(tenant=tenant, by=SYSTEM, because=""),
        lambda: backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY),
        lambda: backups.export_tenant(tenant=tenant, by=SYSTEM),
    ):
        with pytest.raises(Conflict):
            deed()
    Restore.objects.update(state="failed")
    backups.back_up(tenant=tenant, by=SYSTEM, because="", enqueue=False)
    with pytest.raises(Conflict):
        backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)


def test_a_wrong_key_leaves_the_tenant_as_it_was(engine: playing.Engine, tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    before = content(engine, tenant)
    row = Repository.objects.get(tenant=tenant)
    right = bytes(row.key)
    Repository.objects.update(key=keys.seal("another"))
    with pytest.raises(WrongKey):
        restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
    failed = Restore.objects.get()
    assert (failed.state, failed.same) == ("failed", None) and "does not open" in failed.error
    assert content(engine, tenant) == before
    assert {one.health for one in engine.observe(tenant.name)} == {"healthy"}
    tenant.refresh_from_db()
    assert tenant.restored_at is None

    Repository.objects.update(key=right)
    assert restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY).state == "done"
    assert keys.unseal(right) == preparing.backup_key(tenant)
    said = json.dumps(list(JournalDetail.objects.values_list("detail", flat=True)), default=str)
    assert keys.unseal(right) not in said


def test_a_damaged_repository_leaves_the_tenant_as_it_was(engine: playing.Engine, tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    lose(engine, tenant)
    before = content(engine, tenant)
    place = Path(Repository.objects.get(tenant=tenant).location)
    pack = max((one for one in (place / "data").rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
    damaged = bytearray(pack.read_bytes())
    damaged[5_000:5_064] = bytes(byte ^ 0xFF for byte in damaged[5_000:5_064])
    pack.chmod(0o600)
    pack.write_bytes(damaged)
    with pytest.raises(Damaged):
        restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
    assert content(engine, tenant) == before
    assert {one.health for one in engine.observe(tenant.name)} == {"healthy"}
    with pytest.raises(Damaged):
        keeping.check(tenant, read="100%")
    assert "damaged" in Repository.objects.get(tenant=tenant).error


class Killed(BaseException):
    """The process was killed: nothing of ours runs any more."""


@pytest.mark.parametrize("moment_of_death", ["restored", "stopped", "half way in", "started"])
def test_a_restore_that_was_killed_is_done_again(
    engine: playing.Engine, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, moment_of_death: str
) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    before = content(engine, tenant)
    lose(engine, tenant)
    put, calls = restoring._put, []

    def die(*args: object, **more: object) -> None:
        calls.append(args)
        if len(calls) > 1:
            raise Killed
        put(*args, **more)  # type: ignore[arg-type]

    def dead(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        place = {
            "restored": (restoring, "_demand_same"),
            "stopped": (scanning, "scan"),
            "started": (restoring, "run_again"),
        }
        if moment_of_death == "half way in":
            patch.setattr(restoring, "_put", die)
        else:
            patch.setattr(*place[moment_of_death], dead)
        patch.setattr(restoring, "run_again", dead)
        with pytest.raises(Killed):
            restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
    row = Restore.objects.get()
    assert row.state == "running"
    tenant.refresh_from_db()
    assert tenant.restored_at is None  # a half restore is never called done

    restoring.run_restore(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)
    assert content(engine, tenant) == before
    assert {one.health for one in engine.observe(tenant.name)} == {"healthy"}


def test_who_asks_again_after_a_death_is_not_locked_out(tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    dead = backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
    Restore.objects.update(state="running")
    assert restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY).state == "done"
    dead.refresh_from_db()
    assert dead.state == "done"


def test_what_dies_every_time_is_given_up_and_said(tenant: Tenant) -> None:
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    row = backups.restore(tenant=tenant, backup=kept, by=SYSTEM, because=WHY, enqueue=False)
    Restore.objects.filter(pk=row.pk).update(state="running", attempts=backups.ATTEMPTS)
    assert restoring.run_restore(row.pk).state == "failed"
    assert "died" in Restore.objects.get().error


def test_a_file_that_changes_during_a_backup_is_hashed_as_it_was_kept(
    engine: playing.Engine, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sums.of_folder
    changed: list[Path] = []

    def then_changes(folder: Path, known: sums.Sums | None = None) -> sums.Sums:
        found = whole(folder, known)
        if folder.name == "post-data" and not changed:
            changed.append(folder)
            (folder / "crisis" / "cur" / "1:2,S").write_bytes(b"Subject: changed meanwhile\r\n\r\n")
            (folder / "crisis" / "cur" / "3:2,").write_bytes(b"Subject: new\r\n\r\n")
            (folder / "crisis" / "cur" / "2:2,").unlink()
        return found

    monkeypatch.setattr(sums, "of_folder", then_changes)
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    monkeypatch.undo()
    with playing.engine_again(engine):
        assert kept.digest == sums.digest(content(engine, tenant))


def test_a_message_that_moves_while_it_is_looked_for_is_kept(
    engine: playing.Engine, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """restic has read `cur` without it when it is opened, and `new` after: it meets it nowhere, and sees nothing wrong."""
    walk = repositories.Repository.backup
    walks: list[repositories.Kept] = []

    def opened_meanwhile(self: repositories.Repository, folder: Path, *given: Any, **more: Any) -> repositories.Kept:
        cur = folder / os.path.relpath(tenant_folder, folder) / "crisis" / "cur"
        if not walks:
            (cur / "2:2,").rename(tmp_path / "between")
        walks.append(walk(self, folder, *given, **more))
        if len(walks) == 1:
            (tmp_path / "between").rename(cur / "2:2,S")
        return walks[-1]

    keeping.repository_of(tenant).init()
    with engine.volume(tenant.name, "post-data") as tenant_folder:
        monkeypatch.setattr(repositories.Repository, "backup", opened_meanwhile)
        kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    monkeypatch.undo()
    with playing.engine_again(engine):
        assert kept.digest == sums.digest(content(engine, tenant))
        assert [one["id"] for one in keeping.repository_of(tenant).snapshots("data")] == [kept.snapshot]
    assert len(walks) == 2, "once more, and not for ever"


def test_backups_come_by_themselves_when_due_and_once(tenant: Tenant) -> None:
    backups.plan_backups(tenant=tenant, every_hours=6, by=SYSTEM)
    now = moment.now()
    assert backups.take_due(now=now) == []
    later = now + timedelta(hours=6, minutes=1)
    assert backups.take_due(now=later) == [tenant.pk]
    assert backups.take_due(now=later) == []
    assert Backup.objects.get().because == "schedule"
    Repository.objects.update(due_at=now)
    assert backups.take_due(now=later) == []  # one is under way: it gets its turn, and is not lost
    assert Repository.objects.get().due_at == now


def test_what_a_dead_process_left_is_taken_up_and_what_lives_is_not(tenant: Tenant) -> None:
    row = backups.back_up(tenant=tenant, by=SYSTEM, because="", enqueue=False)
    Backup.objects.update(state="running", began_at=moment.now() - timedelta(minutes=5))
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_jobs.back_up, "defer", lambda row: asked.append(row))
        data_jobs.take_up()
    assert asked == [str(row.pk)]
    assert keeping.run_backup(row.pk).state == "done"


def test_old_backups_are_forgotten_and_checked(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (keeping.back_up_now(tenant=tenant, by=SYSTEM, because="") for _ in range(2))
    keeping.check(tenant, read="100%")
    assert Repository.objects.get().checked_at is not None
    monkeypatch.setenv("PARAAT_CLOUD_KEEP", "last=1")
    assert keeping.forget(tenant) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.forgotten_at and not new.forgotten_at and new.checked_at
    with pytest.raises(Invalid):
        backups.restore(tenant=tenant, backup=old, by=SYSTEM, because=WHY)
    assert restoring.restore_now(tenant=tenant, backup=new, by=SYSTEM, because=WHY).state == "done"


def test_the_exit_is_whole_and_open(engine: playing.Engine, tenant: Tenant, tmp_path: Path) -> None:
    made = leaving.export_now(tenant=tenant, by=playing.officer())
    place = leaving.place_of(made)
    assert place.stat().st_mode & 0o777 == 0o600
    raw = subprocess.run(
        ["zstd", "-dc", place] if place.suffix == ".zst" else ["gzip", "-dc", place], capture_output=True, check=True
    )
    (tmp_path / "exit.tar").write_bytes(raw.stdout)
    with tarfile.open(tmp_path / "exit.tar") as archive:
        archive.extractall(tmp_path / "out", filter="data")
    out = tmp_path / "out"
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0
    assert (out / "data/post-data/crisis/cur/1:2,S").read_bytes() == b"Subject: help\r\n\r\n"
    assert "kind: ConfigMap" in (out / "manifests/tenant.yaml").read_text()
    assert tenant.number in (out / "README.txt").read_text()
    tenant.refresh_from_db()
    assert tenant.exported_at is not None and tenant.state == Tenant.State.VERIFIED
    assert Export.objects.get().digest


def test_the_end_removes_the_repository_when_asked(engine: playing.Engine, tenant: Tenant) -> None:
    keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    place = Path(Repository.objects.get().location)
    assert (place / "config").exists()
    deeds.destroy_tenant(tenant=tenant, by=SYSTEM, because="over", keep_backups=False)
    bringing.bring(tenant.pk)
    assert not place.exists() and not Repository.objects.exists()


def test_the_key_is_told_only_with_a_reason_and_that_is_written_down(tenant: Tenant) -> None:
    keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    with pytest.raises(Invalid):
        backups.disclose_key(tenant=tenant, by=playing.officer(), because="")
    key = backups.disclose_key(tenant=tenant, by=playing.officer(), because="the victim takes its repository along")
    assert key == preparing.backup_key(tenant)
    assert JournalEntry.objects.filter(verb="tenant.key_disclosed").exists()


def test_what_the_scanner_finds_is_put_aside(
    engine: playing.Engine, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "clamscan"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor last; do :; done\nfound=$(grep -rl EICAR "$last")\n'
                       '[ -z "$found" ] && exit 0\necho "$found" | sed "s/$/: Eicar-Test FOUND/"\nexit 1\n')  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with engine.volume(tenant.name, "post-data", write=True) as post:
        (post / "invoice.exe").write_text("EICAR")
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    restored = restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
    assert restored.scanned == "found"
    assert [one["found"] for one in restored.found] == ["Eicar-Test"]
    assert Path(restored.found[0]["place"]).read_text() == "EICAR"
    assert "post-data/invoice.exe" not in content(engine, tenant)
    assert "post-data/crisis/cur/1:2,S" in content(engine, tenant)
