"""`paraat engagement`: list, show, check, stop, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.engagement import command
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.readiness.models import Engagement, TargetCheck
from tests.readiness import tested

pytestmark = pytest.mark.django_db


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(command, words)
    assert done.exit_code == code, done.output
    return str(done.output)


def data(*words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


def test_it_is_listed_and_shown_without_what_was_found() -> None:
    row = tested.going()
    finding = tested.disclosed(row)
    assert [one["number"] for one in data("list")["engagements"]] == [row.number]
    assert data("list", "--state", "closed") == {"engagements": []}
    assert row.number in run("list")
    shown = data("show", row.number.lower())
    assert shown["scope"] == ["ronse.be"] and shown["signed_by"] == ["Ronse"] and shown["findings_open"] == 1
    assert finding.title not in run("show", row.number)


def test_a_target_is_checked_and_a_no_is_an_exit_code() -> None:
    row = tested.going()
    assert data("check", "www.ronse.be")["allowed"] is True
    assert data("check", "www.eupen.be", "--engagement", row.number, code=1)["reason"] == "not_in_scope"
    assert run("check", "www.ronse.be", "--method", "social", code=1).startswith("NO: Deceiving people")
    assert TargetCheck.objects.count() == 3


def test_it_is_stopped_once() -> None:
    row = tested.going()
    assert data("stop", row.number, "--because", "A counter is down")["state"] == "stopped"
    assert Engagement.objects.get().stopped_because == "A counter is down"
    assert isinstance(CliRunner().invoke(command, ["stop", row.number, "--because", "x"]).exception, Conflict)
    assert data("show", row.number)["not_stopped"] == 1


def test_what_cannot_be_is_said() -> None:
    assert isinstance(CliRunner().invoke(command, ["show", "H1999-0001"]).exception, NotFound)
    assert isinstance(CliRunner().invoke(command, ["check", "ronse.be"]).exception, Invalid)
