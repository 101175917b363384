"""Tasks of cases through the API and the command line; playbooks on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli import playbook, task
from paraat.incidents.actions.tasks import add_task
from paraat.kernel.marking import Tlp
from tests import cast
from tests.api.stage import Caller
from tests.incidents import working

pytestmark = pytest.mark.django_db


def run(command: Any, *words: str) -> str:
    answer = CliRunner().invoke(command, list(words))
    assert answer.exit_code == 0, answer.output + repr(answer.exception)
    return answer.output


def test_the_victim_lists_and_finishes_its_own() -> None:
    case = working.case(classification=working.RANSOMWARE)
    mine, theirs = case.tasks.get(key="ransomware:isolate"), case.tasks.get(key="ransomware:call-back")
    spoc = Caller(cast.spoc_user(cast.ronse()))
    listed = spoc.get("/case-tasks?state=open").json()
    assert listed["total"] == 6 and {one["assigned_to"] for one in listed["items"]} == {str(case.organisation_id)}
    assert [one["waits"] for one in listed["items"] if one["key"] == "ransomware:preserve"] == [True]
    assert spoc.post(f"/case-tasks/{theirs.pk}/finish", {}).status_code == 404
    answer = spoc.post(f"/case-tasks/{mine.pk}/finish", {"outcome": "Two servers"})
    assert answer.status_code == 200 and answer.json()["state"] == "done"
    assert spoc.post(f"/case-tasks/{mine.pk}/finish", {}).status_code == 409


def test_what_waits_is_refused_and_red_is_not_listed() -> None:
    case = working.case()
    first = add_task(case=case, title="First", by=working.actor(), tlp=Tlp.RED)
    second = add_task(case=case, title="Second", by=working.actor(), after=[first.pk])
    officer = Caller(cast.duty_officer())
    assert officer.post(f"/case-tasks/{second.pk}/finish", {}).status_code == 409
    assert officer.get(f"/case-tasks?case={case.pk}").json()["total"] == 2
    assert [one["title"] for one in Caller(cast.auditor()).get("/case-tasks").json()["items"]] == ["Second"]
    assert Caller(cast.observer()).get("/case-tasks").status_code == 403


def test_the_command_line_lists_and_finishes() -> None:
    case = working.case(classification="availability.ddos")
    listed = json.loads(run(task.command, "list", "--case", case.number, "--json"))["tasks"]
    assert len(listed) == 7
    told = json.loads(run(task.command, "done", listed[0]["id"], "--outcome", "Measured", "--json"))
    assert told["state"] == "done" and told["outcome"] == "Measured"
    assert listed[1]["title"] in run(task.command, "list").replace("\n", " ") or case.number in run(
        task.command, "list"
    )


def test_the_command_line_reads_playbooks() -> None:
    assert "ransomware" in run(playbook.command, "list")
    shown = run(playbook.command, "show", "ransomware", "--language", "fr")
    assert "Débranchez le câble réseau" in shown and "[isolate]" in shown
    assert json.loads(run(playbook.command, "show", "ddos", "--json"))["version"] == 1
    assert CliRunner().invoke(playbook.command, ["show", "nothing"]).exit_code == 1
