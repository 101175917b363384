"""A tenant that swaps files and folders for links while its data are read gets nothing of this host into what is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from paraat.cloud import leaving, repositories, sums

SECRET = b"root:only this host knows this:"
MINE = b"mine".ljust(len(SECRET))


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder of this host with a secret in it, outside every volume."""
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "shadow").write_bytes(SECRET)
    return folder


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with files under the names that the host has too."""
    folder = tmp_path / "ground" / "e-data" / "_data"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "shadow").write_bytes(MINE)
    (folder / "stays").write_bytes(b"as it is")
    (folder / "deep" / "shadow").write_bytes(b"mine too")
    (folder / "deep" / "er" / "shadow").write_bytes(b"and mine")
    return folder


def exported(volume: Path, to: Path) -> dict[str, bytes]:
    """What an export of the volume holds. Its own list of checksums must agree with it."""
    leaving._pack(to / "exit", {"data": volume})
    words = ["zstd", "-dcf"] if leaving._ending() == "zst" else ["gzip", "-dcf"]
    raw = subprocess.run([*words, str(to / "exit")], capture_output=True, check=True).stdout
    shutil.rmtree(to / "out", ignore_errors=True)
    (to / "exit.tar").write_bytes(raw)
    with tarfile.open(to / "exit.tar") as archive:
        found = {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]
        archive.extractall(to / "out", filter="tar")
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=to / "out", check=False, capture_output=True)
    assert done.returncode == 0, done
    return found


def before_opening(patch: pytest.MonkeyPatch, name: str, deed: Callable[[], None]) -> None:
    """Do something once, at the last moment before a name is opened."""
    done: list[bool] = []
    plain, built_in = os.open, open

    def first(path: Any) -> None:
        if not done and os.fspath(path).rpartition("/")[2] == name:
            done.append(True)
            deed()

    def opening(path: Any, *args: Any, **more: Any) -> int:
        first(path)
        return plain(path, *args, **more)

    def built(path: Any, *args: Any, **more: Any) -> Any:
        first(path)
        return built_in(path, *args, **more)

    patch.setattr(os, "open", opening)
    patch.setattr(tarfile, "bltn_open", built)


def test_a_file_that_becomes_a_link_before_it_is_opened_is_left_out(
    volume: Path, host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (volume / "only").write_bytes(MINE)

    def swap() -> None:
        (volume / "only").unlink()
        (volume / "only").symlink_to(host / "shadow")

    before_opening(monkeypatch, "only", swap)
    found = exported(volume, tmp_path)
    assert (volume / "only").is_symlink(), "it was swapped"
    assert SECRET not in found.values() and "data/only" not in found
    assert found["data/deep/shadow"] == b"mine too"


def test_a_folder_that_becomes_a_link_before_it_is_opened_is_left_out(
    volume: Path, host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swap() -> None:
        (volume / "deep").rename(volume / "away")
        (volume / "deep").symlink_to(host)

    before_opening(monkeypatch, "deep", swap)
    found = exported(volume, tmp_path)
    assert (volume / "deep").is_symlink(), "it was swapped"
    assert SECRET not in found.values()


@contextmanager
def swapping(volume: Path, host: Path) -> Iterator[None]:
    """Somebody who swaps a file and a folder for links to the host's, and back, as fast as he can."""
    over = threading.Event()
    (volume / "link").symlink_to(host / "shadow")
    (volume / "door").symlink_to(host)

    def swap() -> None:
        while not over.is_set():
            for one, other in (("shadow", "link"), ("deep", "door")):
                (volume / one).rename(volume / "between")
                (volume / other).rename(volume / one)
                (volume / "between").rename(volume / other)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_furious_swapping_brings_nothing_of_the_host_in(volume: Path, host: Path, tmp_path: Path) -> None:
    of_secret = sums.of_bytes(SECRET)
    until, rounds = time.monotonic() + 3, 0
    with swapping(volume, host):
        while time.monotonic() < until:
            rounds += 1
            assert SECRET not in exported(volume, tmp_path).values()
            for _ in range(20):
                assert of_secret not in {one.digest for one in sums.of_folder(volume).values()}
    assert rounds > 1


def test_a_file_that_grows_or_shrinks_while_it_is_packed_breaks_nothing(
    volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (volume / "log").write_bytes(b"x" * 3_000_000)
    over = threading.Event()

    def breathe() -> None:
        while not over.is_set():
            for size in (10, 5_000_000, 3_000_000):
                os.truncate(volume / "log", size)

    thread = threading.Thread(target=breathe)
    thread.start()
    try:
        for _ in range(5):
            assert exported(volume, tmp_path)["data/shadow"] == MINE
    finally:
        over.set()
        thread.join()


def test_the_second_name_of_a_file_is_packed_too_and_pipes_hold_nobody_up(volume: Path, tmp_path: Path) -> None:
    """A mail server copies a message to another folder by a second name."""
    os.link(volume / "shadow", volume / "deep" / "copy")
    os.mkfifo(volume / "pipe")
    (volume / "two\nlines \\ of.txt").write_bytes(b"odd")
    (volume / "link").symlink_to("shadow")
    found = exported(volume, tmp_path)
    assert found["data/deep/copy"] == MINE and found["data/two\nlines \\ of.txt"] == b"odd"
    assert "data/pipe" not in found and (tmp_path / "out/data/link").readlink() == Path("shadow")
    assert set(sums.of_folder(volume)) >= {"deep/copy", "link", "deep/er/shadow"}


def test_what_is_read_has_no_end_to_its_depth(volume: Path) -> None:
    """More folders in each other than a process may hold open."""
    held = os.open(volume, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=held)
        held, before = os.open("d", os.O_RDONLY, dir_fd=held), held
        os.close(before)
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=held))
    os.close(held)
    found = sums.of_folder(volume)
    assert max(path.count("/") for path in found) == 1500
    subprocess.run(["rm", "-rf", str(volume)], check=True)


needs_root = pytest.mark.skipif(
    os.geteuid() != 0
    or subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0,
    reason="only root, with the right to mount, can keep another program from following links",
)


@needs_root
def test_the_program_that_keeps_backups_cannot_follow_a_link_of_a_volume(
    volume: Path, host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder becomes a link after it was listed: what then is opened by its path is not there."""
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\ncd {volume}/../..\ncat e-data/_data/door/shadow e-data/_data/shadow >{tmp_path}/read 2>&1\n"
        'echo \'{"message_type":"summary","snapshot_id":"12345678","total_bytes_processed":1,"total_files_processed":1,"data_added":1}\'\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (volume / "door").symlink_to(host)
    repositories.Repository("/nowhere", "key").backup(volume.parents[1], ["e-data/_data"], host="h", live=True)
    read = (tmp_path / "read").read_bytes()
    assert SECRET not in read and b"mine" in read
    assert "nosymfollow" not in Path("/proc/self/mountinfo").read_text(), "it is so for that program only"


@needs_root
@pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic")
def test_furious_swapping_brings_nothing_of_the_host_into_a_backup(
    volume: Path, host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    made = repositories.Repository(str(tmp_path / "store"), "key")
    made.init()
    with swapping(volume, host):
        for _ in range(5):
            kept = None
            try:
                kept = made.backup(volume.parents[1], ["e-data/_data"], host="h", live=True)
            except repositories.RepositoryFailed:
                continue  # a file that cannot be read fails a backup by name
            for node in made.listing(kept.snapshot)[1]:
                if node["type"] == "file":
                    assert made.dump(kept.snapshot, str(node["path"])) != SECRET
