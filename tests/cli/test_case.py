"""`paraat case`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.case import command
from paraat.incidents.models import Case
from tests import cast
from tests.incidents import stories

pytestmark = pytest.mark.django_db


def told(*words: str) -> Any:
    result = CliRunner().invoke(command, [*words, "--json"])
    assert result.exit_code == 0, result.output or result.exception
    return json.loads(result.output)


def test_a_case_is_opened_moved_written_and_shown() -> None:
    cast.ronse()
    made = told(
        "open", "Ronse", "Mail is down", "--class", "availability.outage", "--severity", "2", "--tlp", "AMBER+STRICT"
    )
    assert (made["victim"], made["severity"], made["tlp"], made["state"]) == ("Ronse", 2, "TLP:AMBER+STRICT", "opened")
    number = made["number"]
    assert told("move", number, "closed", "--reason", "A cable")["state"] == "closed"
    entry = told("timeline", number.lower(), "The cable was pulled", "--happened-at", "2022-12-06T03:00:00+01:00")
    assert entry["happened_at"] == "2022-12-06T02:00:00+00:00"
    shown = told("show", made["id"])
    assert shown["closed_at"] and [one["kind"] for one in shown["timeline"]] == ["state", "state", "event"]


def test_the_list_is_worst_first_and_narrowed() -> None:
    mild, bad = stories.case(severity=1), stories.case(cast.eupen(), severity=4, exercise=True)
    assert [one["number"] for one in told("list")["cases"]] == [bad.number, mild.number]
    assert [one["number"] for one in told("list", "--real")["cases"]] == [mild.number]
    assert [one["number"] for one in told("list", "--search", "eup")["cases"]] == [bad.number]
    assert told("list", "--state", "closed")["cases"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["show", "C1999-0001"],
        ["open", "Nowhere", "x"],
        ["timeline", "NUMBER", "x", "--happened-at", "yesterday"],
        ["move", "NUMBER", "closed"],
    ],
)
def test_what_cannot_be_is_refused(words: list[str]) -> None:
    one = stories.case()
    result = CliRunner().invoke(command, [word.replace("NUMBER", one.number) for word in words])
    assert result.exit_code == 1 and Case.objects.get().state == "opened"
