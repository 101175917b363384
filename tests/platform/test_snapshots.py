"""Copies for when the database is down: every registered page can be copied, encrypted, without what could not work."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.signing import TimestampSigner
from django.test import RequestFactory

from paraat.platform import readonly, snapshots
from paraat.platform.registrations import snapshots as registered


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))


@pytest.mark.django_db
def test_every_registered_page_is_copied() -> None:
    paths = [one.path for one in registered]
    assert "/" in paths
    assert "/calls/" in paths
    for path in paths:
        snapshots.renew(path)
        found = snapshots.read(path)
        assert found
        assert "<h1" in found[0]
        assert "<script" not in found[0]
        assert 'method="post"' not in found[0]


@pytest.mark.django_db
def test_a_copy_on_disk_is_encrypted() -> None:
    snapshots.renew("/")
    [path] = snapshots.folder().iterdir()
    assert b"<html" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_without_a_copy_there_is_none() -> None:
    assert snapshots.read("/") is None


def _request(cookie: str, method: str = "get") -> object:
    request = getattr(RequestFactory(), method)("/")
    request.COOKIES[readonly.pass_name()] = cookie
    return request


def test_a_pass_ends_after_a_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = readonly._signer().sign("team")
    assert readonly.has_pass(_request(signed))  # type: ignore[arg-type]
    monkeypatch.setattr(readonly, "PASS_AGE", -1)
    assert not readonly.has_pass(_request(signed))  # type: ignore[arg-type]


@pytest.mark.parametrize("cookie", ["", "team", "team:1aaaaa:forged", TimestampSigner(salt="other").sign("team")])
def test_nobody_makes_a_pass_for_himself(cookie: str) -> None:
    assert not readonly.has_pass(_request(cookie))  # type: ignore[arg-type]


def test_nothing_is_written_without_the_database() -> None:
    answer = readonly.without_database(_request(readonly._signer().sign("team"), "post"))  # type: ignore[arg-type]
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
