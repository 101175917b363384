"""A restore whose process is killed (-9), and a full disk: begun anew and right, or failed by name; nothing half done is called restored."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cloud import playing
from tests.cloud.test_backups import content
from tests.installation import ROOT
from tests.installation import installation as new_installation

from paraat.cloud import keeping, restoring
from paraat.cloud.models import Backup, Repository, Restore
from paraat.cloud.repositories import StoreFull
from paraat.kernel.actor import SYSTEM
from paraat.platform.files import DiskFull

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"),
]
WHY = "from before the first trace of the intruder"
BEFORE = ["restic", "within restic", "compared", "scanned"]
"""Until here the tenant is as it was."""
AFTER = ["emptied", "renamed", "renamed@2", "started", "ended"]


def asked(*words: str) -> Any:
    """What a process of a new installation prints, whose engine is the one in memory."""
    with new_installation(PARAAT_CLOUD_DRIVER="memory", PARAAT_SECOND_FACTOR="no") as house:
        house.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        house.run("migrate", timeout=400)
        command = [sys.executable, "-m", "tests.faults.restores", *words]
        done = subprocess.run(
            command, env=house.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])


def test_a_restore_that_is_killed_is_begun_anew_and_right_or_has_failed_and_says_so() -> None:
    found = asked(*BEFORE, *AFTER)
    assert [one["instant"] for one in found["rounds"]] == BEFORE + AFTER
    for one in found["rounds"]:
        assert one["killed"] and one["state"] == "running", one
        assert one["after"] == {"state": "done", "right": True, "left": []}, one
        assert one["untouched"] == (one["instant"] in BEFORE), one
        assert one["right"] == (one["instant"] in {"started", "ended"}), one
    given_up = found["given_up"]
    assert given_up["deaths"] == [True] * 3
    assert given_up["state"] == "failed" and "died 3 times" in given_up["error"]
    assert (given_up["restored"], found["breaks"]) == (False, 0)


# A full disk ----------------------------------------------------------------------------------------------------------------------
@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own for this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.django_db
def test_a_store_that_is_full_is_said_and_the_tenant_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first backup fits, the second does not; the first one still brings everything back."""
    store = tmp_path / "store"
    monkeypatch.setenv("PARAAT_CLOUD_STORE", str(store))
    with playing.engine(tmp_path) as engine, small_disk(store, 6):
        tenant = playing.running()
        with engine.volume(tenant.name, "post-data", write=True) as post:
            (post / "letters").write_bytes(os.urandom(2_000_000))
            kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
            first = content(engine, tenant)
            (post / "more letters").write_bytes(os.urandom(9_000_000))
        before = content(engine, tenant)
        with pytest.raises(StoreFull):
            keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
        failed = Backup.objects.exclude(pk=kept.pk).get()
        assert failed.state == "failed" and "disk is full" in failed.error
        assert "disk is full" in Repository.objects.get(tenant=tenant).error
        assert content(engine, tenant) == before
        assert {one.health for one in engine.observe(tenant.name)} == {"healthy"}

        restored = restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
        assert restored.same is True and content(engine, tenant) == first


@pytest.mark.django_db
def test_a_disk_without_room_beside_the_volumes_leaves_them_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_STORE", str(tmp_path / "store"))
    with playing.engine(tmp_path) as engine:
        tenant = playing.running()
        volumes = engine._home(tenant.name) / "volumes"
        names = [one.name for one in volumes.iterdir()]
        with small_disk(volumes, 6):
            for name in names:
                (volumes / name).mkdir()
            (volumes / "post-data" / "letters").write_bytes(os.urandom(4_000_000))
            kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
            (volumes / "page-data" / "new").write_bytes(b"written since")
            before = content(engine, tenant)
            with pytest.raises(DiskFull):
                restoring.restore_now(tenant=tenant, backup=kept, by=SYSTEM, because=WHY)
            failed = Restore.objects.get()
            assert (failed.state, failed.same) == ("failed", None) and "disk is full" in failed.error
            assert content(engine, tenant) == before
            assert not list(volumes.glob(".paraat-*"))
            assert {one.health for one in engine.observe(tenant.name)} == {"healthy"}
            tenant.refresh_from_db()
            assert tenant.restored_at is None
