"""`paraat exercise`: scenarios, plan, start, status, end, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.exercise import command
from paraat.exercises.models import Exercise
from paraat.kernel.errors import Conflict, Invalid, NotFound
from tests import cast

pytestmark = pytest.mark.django_db


def run(*words: str) -> Any:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_plan_to_report() -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.eupen()
    assert {one["key"] for one in json.loads(run("scenarios", "--json"))["scenarios"]} >= {"ransomware-december-2022"}
    assert "target-lists-october-2024" in run("scenarios")
    parts = ["--part", "city=Eupen", "--part", "town=45041", "--part", "zone=Spiere-Helkijn"]
    made = json.loads(run("plan", "ransomware-december-2022", *parts, "--speed", "60", "--json"))
    assert made["parts"] == {"city": "Eupen", "town": "Ronse", "zone": "Spiere-Helkijn"}
    assert "60 times" in run("start", made["number"])
    status = json.loads(run("status", made["number"], "--json"))["exercises"][0]
    assert (status["state"], status["to_come"]) == ("running", 12)
    assert made["number"] in run("status")
    assert json.loads(run("end", made["number"], "--json"))["totals"]["not_played"] == 12


def test_what_cannot_be_is_said() -> None:
    for words, error in [
        (["plan", "nothing"], NotFound),
        (["start", "X1999-0001"], NotFound),
        (["plan", "ransomware-december-2022", "--part", "city=Atlantis"], Invalid),
    ]:
        with pytest.raises(error):
            CliRunner().invoke(command, words, catch_exceptions=False)
    assert not Exercise.objects.exists()


def test_it_is_started_once() -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.east_flanders()
    number = json.loads(run("plan", "target-lists-october-2024", "--json"))["number"]
    run("start", number)
    with pytest.raises(Conflict):
        CliRunner().invoke(command, ["start", number], catch_exceptions=False)
