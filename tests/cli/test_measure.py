"""`paraat measure`: list, show, plan, done, verify, drop, report, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.measure import command
from paraat.kernel.errors import Invalid, NotAllowed, NotFound
from tests import cast

pytestmark = pytest.mark.django_db


def run(*words: str) -> Any:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_plan_to_verified_by_another_account(tmp_path: Path) -> None:
    cast.ronse()
    officer, second = cast.duty_officer(), cast.second_officer()
    made = json.loads(
        run("plan", "Ronse", "A second factor", "--due", "2026-01-31", "--cost", "12.50", "--every", "1", "--json")
    )
    assert (made["state"], made["due_on"], made["cost"]) == ("planned", "2026-01-31", "12.50") and made["days_late"] > 0
    proof = tmp_path / "proof.txt"
    proof.write_text("it works")
    number = made["number"]
    assert number in run("list", "--late") and json.loads(run("list", "--state", "verified", "--json")) == {
        "measures": []
    }
    run("done", number, "--as", officer.email, "--proof", str(proof))
    with pytest.raises(NotAllowed):
        run("verify", number, "--as", officer.email, "--because", "Seen")
    assert json.loads(run("verify", number, "--as", second.email, "--json"))["verified_by"] == "Second duty officer"
    shown = json.loads(run("show", number, "--json"))
    assert [one["revision"] for one in shown["proofs"]] == [1] and shown["history"][0]["deed"] == "verified"
    assert "proof 1: proof.txt" in run("show", number.lower())
    listed = json.loads(run("list", "--organisation", "45041", "--json"))["measures"]
    assert [one["state"] for one in listed] == ["verified", "planned"], "it came back"
    assert run("drop", listed[1]["number"], "--because", "No longer").strip() == f"{listed[1]['number']} is dropped."


def test_the_report_for_a_council(tmp_path: Path) -> None:
    cast.ronse()
    run("plan", "Ronse", "Secret title", "--due", "2026-01-31", "--topic", "backups")
    place = tmp_path / "report.pdf"
    told = json.loads(run("report", "Ronse", "--language", "en", "--pdf", str(place), "--json"))
    assert told["figures"]["late"] == 1 and "Secret title" not in json.dumps(told)
    assert place.read_bytes().startswith(b"%PDF")
    assert "1 is late." in run("report", "Ronse", "--language", "en")


def test_what_cannot_be_is_said() -> None:
    cast.ronse()
    for words, error in [
        (("show", "M2026-9999"), NotFound),
        (("plan", "Nowhere", "x"), Invalid),
        (("plan", "Ronse", " "), Invalid),
    ]:
        with pytest.raises((error, NotFound)):
            CliRunner().invoke(command, words, catch_exceptions=False)
    made = json.loads(run("plan", "Ronse", "x", "--json"))
    with pytest.raises(NotFound):
        CliRunner().invoke(command, ["done", made["number"], "--as", "nobody@team.example"], catch_exceptions=False)
