"""The API of statutory clocks, and `paraat clock`: the same moments, one clear sentence when something is wrong."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from paraat.accounts import actions as accounts
from paraat.cli.clock import command
from paraat.platform import moment
from tests import cast
from tests.incidents.test_clocks import BY, DPO, HOUR, nis2, running, step

FACTS = ["aware=2026-01-30T23:30+01:00", "notified=2026-01-31T10:00+01:00"]


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def compute(*words: str) -> Any:
    result = run("compute", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


# The command line ------------------------------------------------------------------------------------------------------------------


def test_compute_prints_what_the_law_asks_and_needs_no_database() -> None:
    found = compute("--regime", "nis2-be", "--fact", FACTS[0], "--fact", FACTS[1])
    assert all(list(one) == ["step", "due", "recipient", "article"] for one in found)
    due = {one["step"]: one["due"] for one in found}
    assert due["early-warning"] == "2026-01-31T23:30:00+01:00"
    assert due["notification"] == "2026-02-02T23:30:00+01:00"
    assert due["final-report"] == "2026-02-28T10:00:00+01:00"
    assert due["final-report-after-handling"] is None
    assert {one["recipient"] for one in found} == {"CCB"}


def test_compute_knows_every_regime_and_the_recipient_of_a_kind() -> None:
    gdpr = compute("--regime", "gdpr", "--fact", FACTS[0], "--kind", "municipality", "--region", "02000")
    assert [(one["step"], one["due"], one["recipient"]) for one in gdpr] == [
        ("notification", "2026-02-02T23:30:00+01:00", "VTC"),
        ("communication", None, "The people concerned"),
    ]
    change = compute("--regime", "contact-change-be", "--fact", "changed=2026-03-20T08:00Z")
    assert change[0]["due"] == "2026-04-03T09:00:00+02:00"
    assert [one["due"] for one in compute("--regime", "nis2-be")] == [None] * 6
    for row in json.loads(run("regimes", "--json").output):
        assert compute("--regime", row["regime"])
    assert "Early warning" in run("compute", "--regime", "nis2-be", "--fact", FACTS[0]).output


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--regime", "nis3"], "nis3"),
        (["--regime", "nis2-be", "--version", "1999"], "1999"),
        (["--regime", "gdpr", "--fact", "awre=2026-01-30T23:30+01:00"], "awre"),
        (["--regime", "gdpr", "--fact", "aware"], "aware"),
        (["--regime", "gdpr", "--fact", "aware=2026-02-30T23:30+01:00"], "2026-02-30"),
        (["--regime", "gdpr", "--fact", "aware=2026-01-30"], "2026-01-30"),
        (["--regime", "gdpr", "--fact", "aware=2026-01-30T23:30"], "offset"),
        (["--regime", "gdpr", "--fact", "aware=9999-12-31T23:30Z"], "9999"),
        (["--regime", "gdpr", "--fact", FACTS[0], "--fact", FACTS[0]], "twice"),
    ],
)
def test_what_cannot_be_computed_is_named_in_a_sentence(words: list[str], named: str) -> None:
    result = run("compute", *words)
    assert result.exit_code == 2
    assert named in result.output
    assert "Traceback" not in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.django_db
def test_the_command_line_lists_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paraat.cli.clock.embedded.wanted", lambda: False)
    monkeypatch.setattr("paraat.cli.clock.database.ensure_migrated", lambda: None)
    clock = running()
    rows = json.loads(run("list", "--json").output)
    assert [row["step"] for row in rows if row["regime"] == "nis2-be"] == [
        "early-warning",
        "notification",
        "final-report",
    ]
    assert rows[0]["case"] == clock.case.number
    assert "Ronse" in run("list").output


# The API ---------------------------------------------------------------------------------------------------------------------------


def client(user: Any, *scopes: str) -> Client:
    _token, text = accounts.issue_token(user=user, name="test", scopes=list(scopes), by=BY)
    return Client(headers={"authorization": f"Bearer {text}"})


def post(who: Client, path: str, **content: Any) -> Any:
    return who.post(f"/api/v1/clocks{path}", content, content_type="application/json")


@pytest.mark.django_db
def test_a_spoc_decides_and_submits_by_the_api() -> None:
    clock = nis2()
    spoc = client(cast.spoc_user(cast.ronse()), "cases:read", "cases:write")
    listed = spoc.get("/api/v1/clocks?regime=nis2-be").json()
    assert [one["id"] for one in listed["items"]] == [str(clock.pk)]
    assert [one["key"] for one in listed["items"][0]["steps"]] == ["early-warning", "notification", "final-report"]
    aware = moment.now() - HOUR
    decided = post(spoc, f"/{clock.pk}/decide", exists=True, said_by=DPO, aware_at=aware.isoformat()).json()
    assert decided["state"] == "running"
    assert datetime.fromisoformat(decided["steps"][0]["due_at"]) == aware + 24 * HOUR
    assert post(spoc, f"/{clock.pk}/decide", exists=True, said_by=DPO, aware_at=aware.isoformat()).status_code == 409
    warning = step(clock, "early-warning")
    form = spoc.get(f"/api/v1/clocks/{clock.pk}/steps/{warning.pk}/form").json()
    assert form["step"]["key"] == "early-warning"
    done = post(
        spoc, f"/{clock.pk}/steps/{warning.pk}/submit", at=moment.now().isoformat(), said_by=DPO, receipt="CCB-1"
    )
    assert done.json()["steps"][0]["receipt"] == "CCB-1"
    assert post(spoc, f"/{clock.pk}/recipient", recipient="CCB", said_by=DPO).json()["recipient_confirmed_at"]
    assert post(spoc, f"/{clock.pk}/facts", name="nonsense", at=aware.isoformat(), said_by=DPO).status_code == 422


@pytest.mark.django_db
def test_others_do_not_see_and_watchers_do_not_decide() -> None:
    clock = nis2()
    other = client(cast.spoc_user(cast.spiere_helkijn()), "cases:read", "cases:write")
    assert other.get("/api/v1/clocks").json()["total"] == 0
    assert other.get(f"/api/v1/clocks/{clock.pk}").status_code == 404
    assert post(other, f"/{clock.pk}/decide", exists=False, said_by="x", because="x").status_code == 404
    auditor = client(cast.auditor(), "cases:read", "cases:write")
    assert auditor.get(f"/api/v1/clocks/{clock.pk}").json()["state"] == "proposed"
    assert post(auditor, f"/{clock.pk}/decide", exists=False, said_by="x", because="x").status_code == 403


@pytest.mark.django_db
def test_the_api_computes_as_the_command_line_does() -> None:
    officer = client(cast.duty_officer(), "cases:read")
    found = officer.get("/api/v1/clocks/compute", {"regime": "nis2-be", "fact": FACTS}).json()
    assert [(one["step"], one["recipient"]) for one in found][:2] == [("early-warning", "CCB"), ("notification", "CCB")]
    assert datetime.fromisoformat(found[0]["due"]) == datetime.fromisoformat("2026-01-31T23:30:00+01:00")
    assert officer.get("/api/v1/clocks/compute", {"regime": "nis2-be", "fact": ["x=1"]}).status_code == 422
    assert officer.get("/api/v1/clocks/compute", {"regime": "nope"}).status_code == 404
