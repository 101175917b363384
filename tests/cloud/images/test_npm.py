"""npm packages come in only when their hash is right; their scripts never run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from paraat.cloud.images import npm, store


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A package as the registry gives it, with a file that wants to leave its folder."""
    monkeypatch.setenv("PARAAT_CLOUD_IMAGES", str(tmp_path / "images"))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, text in ("package/dist/a.js", b"1"), ("package/../../escape", b"2"), ("package/package.json", b"{}"):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    monkeypatch.setattr(npm, "_download", lambda name, version: stream.getvalue())
    return stream.getvalue()


def lock(tmp_path: Path, content: bytes, **more: object) -> Path:
    """A lock file that asks for the package with the hash of `content`."""
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    one = {"version": "1.0.0", "integrity": integrity} | more
    path = tmp_path / "package-lock.json"
    path.write_text(json.dumps({"lockfileVersion": 3, "packages": {"": {"name": "x"}, "node_modules/@b/tide": one}}))
    return path


def test_a_package_is_unpacked_where_npm_would_and_cannot_leave_it(tmp_path: Path, archive: bytes) -> None:
    npm.install(lock(tmp_path, archive), tmp_path / "out" / "npm")
    assert (tmp_path / "out/npm/node_modules/@b/tide/dist/a.js").read_bytes() == b"1"
    assert not list(tmp_path.rglob("escape"))


def test_a_package_with_another_hash_is_refused(tmp_path: Path, archive: bytes) -> None:
    with pytest.raises(store.BuildFailed, match=r"@b/tide 1\.0\.0 is not what"):
        npm.install(lock(tmp_path, b"something else"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_package_without_a_hash_is_refused_and_one_for_development_is_left_out(
    tmp_path: Path, archive: bytes
) -> None:
    with pytest.raises(store.BuildFailed, match="no hash for @b/tide"):
        npm.install(lock(tmp_path, archive, integrity=""), tmp_path / "out")
    npm.install(lock(tmp_path, archive, dev=True), tmp_path / "out")
    assert not (tmp_path / "out").exists()
