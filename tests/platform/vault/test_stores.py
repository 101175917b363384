"""The vault: what goes in comes out, whole or not at all, in every store; the same tests for each driver."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from minio import Minio

from paraat.kernel.errors import Invalid, Unreachable
from paraat.platform import files, vault
from paraat.platform.sealing import PIECE

LIMIT = 1 << 30


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """A real process that speaks S3."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(300):
            try:
                urllib3.request("GET", f"{address}/moto-api/", timeout=1, retries=False)
                break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        Minio(f"127.0.0.1:{port}", "key", "secret", secure=False, region="us-east-1").make_bucket("evidence")
        yield address
    finally:
        server.kill()
        server.wait()


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> vault.Store:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    if request.param == "s3":
        monkeypatch.setenv("PARAAT_EVIDENCE_S3_ENDPOINT", request.getfixturevalue("s3_server"))
        monkeypatch.setenv("PARAAT_EVIDENCE_S3_BUCKET", "evidence")
        monkeypatch.setenv("PARAAT_EVIDENCE_S3_ACCESS_KEY", "key")
        monkeypatch.setenv("PARAAT_EVIDENCE_S3_SECRET_KEY", "secret")
    return vault.configured()


def later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def sealed(store: vault.Store, kept: vault.Kept) -> bytes:
    with store.open(kept.place) as source:
        return source.read(1 << 30)


def replaced(store: vault.Store, kept: vault.Kept, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "changed").write_bytes(content)
    store.remove(kept.place)
    store.put(tmp_path / "changed", kept.place)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 18 * PIECE + 7])
def test_it_comes_back_as_it_was(store: vault.Store, size: int) -> None:
    content = os.urandom(size)
    kept = vault.keep([content[at : at + 65_537] for at in range(0, size, 65_537)], limit=LIMIT)
    assert kept.store == store.name
    assert kept.size == size
    assert b"".join(vault.read(kept)) == content
    assert not list((files.root() / "incoming").glob("*"))


def test_the_store_sees_neither_content_nor_digest(store: vault.Store) -> None:
    kept = vault.keep([b"the ransom note " * 100], limit=LIMIT)
    assert b"ransom" not in sealed(store, kept)
    assert kept.sha256 not in kept.place
    assert "ransom" not in kept.key


@pytest.mark.parametrize("at", [0, 3, 100, -1])
def test_a_changed_byte_gives_an_error_and_no_whole_file(store: vault.Store, at: int, tmp_path: Path) -> None:
    kept = vault.keep([b"x" * (2 * PIECE + 5)], limit=LIMIT)
    content = bytearray(sealed(store, kept))
    content[at] ^= 1
    replaced(store, kept, bytes(content), tmp_path)
    got = bytearray()
    with pytest.raises(vault.Damaged):
        for piece in vault.read(kept):
            got += piece
    assert len(got) < kept.size


def test_what_was_cut_off_is_noticed(store: vault.Store, tmp_path: Path) -> None:
    kept = vault.keep([b"x" * (2 * PIECE + 5)], limit=LIMIT)
    for length in (0, 5, 7, 8, 7 + PIECE + 16, 7 + 2 * (PIECE + 16)):
        replaced(store, kept, sealed(store, kept)[:length], tmp_path)
        with pytest.raises(vault.Damaged):
            vault.check(kept)


def test_another_file_in_its_place_is_noticed(store: vault.Store, tmp_path: Path) -> None:
    kept, other = vault.keep([b"one"], limit=LIMIT), vault.keep([b"two"], limit=LIMIT)
    replaced(store, kept, sealed(store, other), tmp_path)
    with pytest.raises(vault.Damaged):
        vault.check(kept)


def test_what_is_gone_is_missing_and_may_be_removed_again(store: vault.Store) -> None:
    kept = vault.keep([b"one"], limit=LIMIT)
    vault.forget(kept)
    vault.forget(kept)
    with pytest.raises(vault.Missing):
        vault.check(kept)


def test_a_file_above_the_limit_leaves_nothing(store: vault.Store) -> None:
    before = list(store.places(later()))
    with pytest.raises(files.TooLarge):
        vault.keep([b"x" * 600, b"x" * 600], limit=1000)
    assert not list((files.root() / "incoming").glob("*"))
    assert list(store.places(later())) == before


def test_the_sweep_takes_what_no_row_knows(store: vault.Store) -> None:
    known, orphan = vault.keep([b"one"], limit=LIMIT), vault.keep([b"two"], limit=LIMIT)
    assert vault.sweep({known.place, orphan.place}, before=later() - timedelta(hours=2)) == 0
    vault.sweep({known.place}, before=later())
    vault.check(known)
    with pytest.raises(vault.Missing):
        vault.check(orphan)


def test_a_new_field_key_wraps_the_same_content(store: vault.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_FIELD_KEY", "o" * 40)
    kept = vault.keep([b"one"], limit=LIMIT)
    monkeypatch.setenv("PARAAT_FIELD_KEY", "n" * 40 + "," + "o" * 40)
    rewrapped = vault.rewrap(kept)
    monkeypatch.setenv("PARAAT_FIELD_KEY", "n" * 40)
    assert b"".join(vault.read(rewrapped)) == b"one"
    with pytest.raises(Invalid):
        vault.check(kept)


def test_a_store_that_does_not_answer_is_unreachable_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    for name, value in {
        "ENDPOINT": "http://127.0.0.1:9",
        "BUCKET": "evidence",
        "ACCESS_KEY": "k",
        "SECRET_KEY": "s",
    }.items():
        monkeypatch.setenv(f"PARAAT_EVIDENCE_S3_{name}", value)
    with pytest.raises(Unreachable):
        vault.keep([b"one"], limit=LIMIT)
    assert not list((files.root() / "incoming").glob("*"))


MEMORY = """
import os, resource, django
django.setup()
from paraat.platform import vault
vault.keep([b"warm"], limit=1 << 30)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
block = os.urandom(1 << 20)
kept = vault.keep((block for _ in range(300)), limit=1 << 30)
vault.check(kept)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_stays_flat(tmp_path: Path) -> None:
    """300 MB in and out; in a process of its own, whose peak is its own."""
    home = {**os.environ, "PARAAT_HOME": str(tmp_path), "PYTHONPATH": "src"}
    done = subprocess.run([sys.executable, "-c", MEMORY], env=home, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 32 * 1024, "kilobytes"


def test_the_disk_store_keeps_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    for place in ("../x", "/etc/passwd", "aa/../../x", "", "aa"):
        with pytest.raises(vault.Missing):
            vault.named("disk").open(place)
