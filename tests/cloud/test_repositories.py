"""One repository and key per tenant, with the real restic: what it keeps, and how it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.cloud import repositories, sums
from paraat.cloud.repositories import Damaged, NoRepository, NoRestic, Repository, StoreFull, WrongKey
from paraat.kernel.errors import Invalid

needs_restic = pytest.mark.skipif(
    shutil.which("restic") is None, reason="restic is not installed: apt-get install restic"
)


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    """Two volumes with what victims have: odd names, links, an empty file, a larger one."""
    folder = tmp_path / "volumes"
    mail, files = folder / "e-mail" / "_data", folder / "e-files" / "_data"
    (mail / "cur").mkdir(parents=True)
    files.mkdir(parents=True)
    (mail / "cur" / "1.eml:2,S").write_bytes(b"Subject: one\r\n\r\nbody")
    (files / "begroting één.txt").write_text("2026", encoding="utf-8")
    (files / "empty").touch()
    (files / "large").write_bytes(os.urandom(3_000_000))
    (files / "link").symlink_to("large")
    return folder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A new repository with its own key."""
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    made = Repository(str(tmp_path / "store" / "E2026-0001"), repositories.new_key())
    made.init()
    return made


NAMES = ["e-mail/_data", "e-files/_data"]


@needs_restic
def test_what_was_kept_comes_back_the_same_at_another_place(
    volumes: Path, repository: Repository, tmp_path: Path
) -> None:
    seen: list[float] = []
    kept = repository.backup(volumes, NAMES, host="E2026-0001", tags=["data"], progress=seen.append)
    assert (kept.files, len(repository.listing(kept.snapshot)[0])) == (4, 64)  # a link is no file to restic
    before = sums.of_folder(volumes)
    shutil.rmtree(volumes)

    repository.restore(kept.snapshot, tmp_path / "elsewhere", verify=True)

    after = sums.of_folder(tmp_path / "elsewhere")
    assert sums.differences(before, after) == []
    assert sums.digest(before) == sums.digest(after)
    assert len(after) == 5
    (tmp_path / "elsewhere" / NAMES[1] / "large").write_bytes(b"other")
    assert sums.differences(before, sums.of_folder(tmp_path / "elsewhere")) == ["e-files/_data/large"]


@needs_restic
def test_only_what_was_chosen_comes_back(volumes: Path, repository: Repository, tmp_path: Path) -> None:
    kept = repository.backup(volumes, NAMES, host="h")
    repository.restore(kept.snapshot, tmp_path / "out", paths=["/e-mail/_data/cur"])
    assert list(sums.of_folder(tmp_path / "out")) == ["e-mail/_data/cur/1.eml:2,S"]


@needs_restic
def test_a_wrong_key_is_named_and_nothing_is_written(volumes: Path, repository: Repository, tmp_path: Path) -> None:
    kept = repository.backup(volumes, NAMES, host="h")
    stranger = Repository(repository.location, repositories.new_key())
    for deed in (stranger.init, stranger.check, lambda: stranger.restore(kept.snapshot, tmp_path / "out")):
        with pytest.raises(WrongKey):
            deed()
    assert not (tmp_path / "out").exists()


@needs_restic
def test_flipped_bytes_are_found(volumes: Path, repository: Repository, tmp_path: Path) -> None:
    kept = repository.backup(volumes, NAMES, host="h")
    repository.check(read="100%")
    pack = max(
        (Path(repository.location) / "data").rglob("*"), key=lambda one: one.stat().st_size if one.is_file() else 0
    )
    content = bytearray(pack.read_bytes())
    content[1000:1100] = bytes(byte ^ 0xFF for byte in content[1000:1100])
    pack.chmod(0o600)
    pack.write_bytes(content)
    with pytest.raises(Damaged):
        repository.check(read="100%")
    with pytest.raises(Damaged):
        repository.restore(kept.snapshot, tmp_path / "out")


@needs_restic
def test_no_repository_is_no_wrong_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    nowhere = Repository(str(tmp_path / "nothing"), "key")
    assert not nowhere.exists()
    with pytest.raises(NoRepository):
        nowhere.check()


@needs_restic
def test_the_key_is_in_no_process_list(volumes: Path, repository: Repository) -> None:
    (volumes / "e-files" / "_data" / "more").write_bytes(os.urandom(60_000_000))
    lines: list[str] = []
    running = threading.Thread(target=repository.backup, args=(volumes, NAMES), kwargs={"host": "h"})
    running.start()
    while running.is_alive():
        lines.append(subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout)
        time.sleep(0.02)
    running.join()
    assert any("restic backup" in text for text in lines)
    assert not any(repository.key in text or repository.location in text for text in lines)
    assert repository.key not in repr(repository)


def test_a_host_without_restic_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install restic" in repositories.lacks()[0]
    with pytest.raises(NoRestic):
        Repository(str(tmp_path), "key").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here: this test needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@needs_restic
def test_a_full_store_is_named(
    volumes: Path, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    (volumes / "e-files" / "_data" / "more").write_bytes(os.urandom(6_000_000))
    full = Repository(str(small_disk / "store"), repositories.new_key())
    full.init()
    with pytest.raises(StoreFull):
        full.backup(volumes, NAMES, host="h")


@needs_restic
def test_a_full_target_is_named(volumes: Path, repository: Repository, small_disk: Path) -> None:
    (volumes / "e-files" / "_data" / "more").write_bytes(os.urandom(6_000_000))
    kept = repository.backup(volumes, NAMES, host="h")
    with pytest.raises(StoreFull):
        repository.restore(kept.snapshot, small_disk / "out")


@needs_restic
def test_old_snapshots_are_forgotten_by_the_rules(volumes: Path, repository: Repository) -> None:
    kept = [repository.backup(volumes, NAMES, host="h", tags=["data"]).snapshot for _ in range(3)]
    manifest = repository.keep("paraat.json", b"{}", host="h", tags=["manifest"])
    assert repository.forget("data", ["last=1"]) == {repository.listing(kept[-1])[0]}
    assert repository.dump(manifest, "/paraat.json") == b"{}"
    repository.drop([manifest])
    assert [one["id"] for one in repository.snapshots()] == [repository.listing(kept[-1])[0]]
    with pytest.raises(Invalid):
        repository.forget("data", ["--password-command=1"])


def test_nothing_but_an_id_reaches_restic(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        repository.restore("--target=/", tmp_path)
