"""The content store: whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.kernel.errors import NotFound
from paraat.platform import files


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    return tmp_path


def everything(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def test_it_keeps_a_file_under_its_digest(home: Path) -> None:
    stored = files.store([b"one ", b"two"])

    assert stored.digest == hashlib.sha256(b"one two").hexdigest()
    assert stored.size == 7
    with files.open_stored(stored.path) as file:
        assert file.read() == b"one two"
    assert files.store([b"one two"]) == stored
    assert len(everything(home)) == 1


def test_it_streams_what_is_larger_than_memory_should_hold() -> None:
    peak = 0

    def chunks() -> Iterator[bytes]:
        nonlocal peak
        for number in range(64):
            peak = max(peak, len(list((files.root() / "incoming").iterdir())))
            yield bytes([number]) * files.CHUNK

    assert files.store(chunks()).size == 64 * files.CHUNK
    assert peak == 1


def test_it_refuses_what_is_too_large_and_keeps_nothing(home: Path) -> None:
    with pytest.raises(files.TooLarge, match="larger than"):
        files.store([b"x" * 10, b"x"], limit=10)
    assert everything(home) == []


def test_a_full_disk_is_said_clearly_and_leaves_nothing_half_written(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(files.DiskFull, match="The disk is full"):
        files.store([b"too much"])
    assert everything(home) == []


def test_another_fault_of_the_disk_is_not_called_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        files.store([b"x"])


def test_a_reader_that_fails_half_way_leaves_nothing(home: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.store(chunks())
    assert everything(home) == []


def test_a_path_cannot_leave_the_store(home: Path) -> None:
    (home / "secret").write_text("x")
    for path in ["../secret", str(home / "secret"), ""]:
        with pytest.raises(NotFound):
            files.open_stored(path)


def test_it_says_so_when_content_is_gone() -> None:
    stored = files.store([b"x"])
    files.forget(stored.path)
    with pytest.raises(NotFound, match="no longer kept"):
        files.open_stored(stored.path)


def test_it_sweeps_what_a_crash_left_behind(home: Path) -> None:
    old, new = files.root() / "incoming" / "old", files.root() / "incoming" / "new"
    old.parent.mkdir(parents=True)
    old.write_text("x")
    new.write_text("x")
    os.utime(old, (0, 0))

    assert files.sweep() == 1
    assert not old.exists()
    assert new.exists()
