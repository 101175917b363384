"""`paraat check` says which way out or in does not work."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraat.platform.channels.checks import check_channels, check_mailbox
from paraat.platform.registrations import Level
from tests.platform.channels.servers import Inbox, free_port, smtp_server


def said(findings: object) -> dict[tuple[str, str], str]:
    return {(finding.check, finding.level.value): finding.text for finding in findings}  # type: ignore[attr-defined]


def test_it_names_the_dead_route_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "production")
    dead = free_port()
    with smtp_server(Inbox()) as port:
        monkeypatch.setenv("PARAAT_SMTP_URL", f"smtp://127.0.0.1:{port}?starttls=never")
        monkeypatch.setenv("PARAAT_SMTP_SECOND_URL", f"smtp://127.0.0.1:{dead}")
        found = said(check_channels())
    assert str(dead) in found["mail", "error"]
    assert "not signed" in found["mail", "warning"]
    assert "PARAAT_SMS_URL" in found["sms", "warning"]
    assert found["matrix", "ok"] == "is not used"
    assert ("mail", "ok") not in found


def test_production_without_mail_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "production")
    assert "PARAAT_SMTP_URL" in said(check_channels())["mail", "error"]


def test_a_wrong_setting_does_not_hide_the_other_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SMTP_URL", "mail.example")
    found = said(check_channels())
    assert "PARAAT_SMTP_URL" in found["mail", "error"] and found["webhook", "ok"]


def test_a_demonstration_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "demonstration")
    assert said(check_channels()) == {("channels", "ok"): "a demonstration: nothing leaves"}


def test_the_mailbox_is_missing_broken_or_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list(check_mailbox()) == []
    monkeypatch.setenv("PARAAT_MODE", "production")
    assert [finding.level for finding in check_mailbox()] == [Level.WARNING]
    monkeypatch.setenv("PARAAT_MAILBOX_URL", f"maildir://{tmp_path}")
    assert [finding.level for finding in check_mailbox()] == [Level.ERROR]
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    assert [finding.level for finding in check_mailbox()] == [Level.OK]
