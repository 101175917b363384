"""What machines ask, and the headers that every page carries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from paraat.platform import checks
from paraat.platform.registrations import Check, Finding, Level
from paraat.platform.registrations import checks as registered

pytestmark = pytest.mark.django_db


def test_it_is_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").content == b"ready\n"


def test_metrics_are_for_this_machine_or_a_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"paraat_database_up 1" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    monkeypatch.setenv("PARAAT_METRICS_TOKEN", "t" * 20)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer \xe9"}).status_code == 404
    assert (
        client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"}, REMOTE_ADDR="192.0.2.1").status_code
        == 200
    )


def test_metrics_count_jobs(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('urgent', 'x')")
    assert 'paraat_jobs{of="urgent",state="todo"} 1' in client.get("/metrics").content.decode()


def test_every_answer_has_a_strict_policy(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = dict(one.strip().split(" ", 1) for one in headers["Content-Security-Policy"].split(";"))
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_request_keeps_the_id_the_proxy_gave_unless_it_is_odd(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"}).headers["X-Request-ID"] == "abcdef-123456"
    assert client.get("/healthz", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"] != "<script>"


def test_a_check_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise OSError("no disk")

    check = Check("broken", broken)
    registered.add(check)
    try:
        found = {finding.check: finding for finding in checks.run_all()}
    finally:
        registered._items.remove(check)
    assert found["broken"].level is Level.UNKNOWN
    assert "no disk" in found["broken"].text
    assert found["database"].level is Level.OK
    assert found["journal rights"].level is Level.OK
    assert found["clock"].level is Level.OK


def test_a_misspelt_setting_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_PROT", "8000")
    assert [finding.text for finding in checks.check_settings()] == ["PARAAT_PROT is no setting"]


def test_stuck_and_failed_jobs_are_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) VALUES"
            " ('urgent', 'x', 'todo', now() - interval '5 minutes'), ('bulk', 'y', 'failed', NULL)"
        )
    texts = " | ".join(finding.text for finding in checks.check_jobs())
    assert "1 in the queue urgent are due and wait" in texts
    assert "1 failed in the queue bulk" in texts


def test_rights_that_were_given_by_hand_are_noticed() -> None:
    from paraat.platform import database

    assert [finding.level for finding in checks.check_rights()] == [Level.OK]
    assert set(database.APPEND_ONLY) == {"platform_journalentry", "platform_journaldetail", "platform_journalhead"}
