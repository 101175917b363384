"""Continuity and sessions through the API and on the command line, with the rights of every role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import translation

from paraat.cli import continuity as continuity_command
from paraat.cli import session as session_command
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Role
from paraat.readiness.actions import session_attendance, session_talk
from tests import cast
from tests.api import stage
from tests.readiness import continuing, convening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def run(group: Any, *words: str) -> Any:
    done = CliRunner().invoke(group, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


# The API --------------------------------------------------------------------------------------------------------------------------
def test_services_tests_and_who_could_resume_are_read() -> None:
    row = continuing.service(cast.ronse(), limit=24, rto_hours=30)
    continuing.tested(row, hours=5)
    continuing.service(cast.eupen(), "mail")
    officer = stage.Caller(cast.auditor())
    found = officer.get("/continuity/services?proven=true&contradicts=true&kind=web").json()
    assert [(one["id"], one["contradicts"], one["proven"], one["exercised_hours"]) for one in found["items"]] == [
        (str(row.pk), True, True, "5.00")
    ]
    tests = officer.get(f"/continuity/tests?organisation={row.organisation_id}&kind=tabletop").json()["items"]
    assert tests[0]["tested"] == [{"service": str(row.pk), "limit_hours": 24, "result": "resumed"}]
    resume = officer.get("/continuity/resume?days=3&state=all").json()
    assert resume["figures"]["all"] == 1
    assert resume["figures"]["denominator"] == 2
    assert resume["figures"]["definition"]
    assert [one["name"] for one in resume["organisations"]["items"]] == ["Ronse"]
    assert officer.get("/continuity/resume?days=0").status_code == 422


def test_a_town_reads_its_own_and_others_nothing() -> None:
    row = continuing.service(cast.ronse())
    continuing.tested(row)
    other = stage.Caller(cast.spoc_user(cast.eupen()))
    assert other.get("/continuity/services").json()["total"] == 0
    assert other.get("/continuity/tests").json()["total"] == 0
    resume = other.get("/continuity/resume").json()
    assert [one["name"] for one in resume["organisations"]["items"]] == ["Eupen"]
    assert resume["figures"]["denominator"] == 1
    firm = cast.provider()
    assert other.get(f"/continuity/suppliers/{firm.pk}").status_code == 403
    for user in (
        cast.provider_user(),
        cast.tester(),
        cast.assessor(),
        cast.partner_user(),
        cast.observer(),
        cast.administrator(),
    ):
        for path in (
            "/continuity/services",
            "/continuity/tests",
            "/continuity/resume",
            f"/continuity/suppliers/{firm.pk}",
            "/sessions",
        ):
            assert stage.Caller(user).get(path).status_code == 403


def test_the_team_reads_what_stops_with_a_supplier() -> None:
    firm = cast.provider()
    row = continuing.service(cast.ronse(), suppliers={firm.pk})
    found = stage.Caller(cast.duty_officer()).get(f"/continuity/suppliers/{firm.pk}").json()
    assert [(one["service"], one["direct"]) for one in found] == [(str(row.pk), True)]


def test_the_link_and_the_counts_of_a_session_depend_on_who_reads() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    session = convening.invited(ronse, eupen)
    asked = session_talk.ask_question(
        session=session, by=SYSTEM, text="We of Eupen", attendance=convening.of(session, eupen)
    )
    officer, spoc = stage.Caller(cast.duty_officer()), stage.Caller(cast.spoc_user(ronse))
    path = f"/sessions/{session.pk}"
    assert officer.get(path).json()["link"].endswith("secret-room")
    assert spoc.get(path).json()["link"] is None
    assert spoc.get(path).json()["questions"] == []
    session_talk.answer_question(question=asked, by=SYSTEM, answer="Yes", text="Is it so?")
    convening.comes(session, ronse)
    whole = spoc.get(path).json()
    assert whole["link"].endswith("secret-room")
    assert [(one["text"], one["answer"]) for one in whole["questions"]] == [("Is it so?", "Yes")]
    assert (whole["invited"], whole["registered"]) == (1, 1)
    assert officer.get("/sessions?state=invited").json()["items"][0]["invited"] == 2
    assert officer.get(f"{path}/attendance?state=invited").json()["total"] == 1
    assert spoc.get(f"{path}/attendance").json()["total"] == 1
    assert stage.Caller(cast.spoc_user(cast.ixelles())).get(path).status_code == 404
    assert stage.Caller(cast.spoc_user(cast.ixelles())).get(f"{path}/attendance").status_code == 404
    assert "rating" not in officer.get(f"{path}/attendance").json()["items"][0]


# The command line -----------------------------------------------------------------------------------------------------------------
def test_who_could_resume_on_the_command_line() -> None:
    row = continuing.service(cast.ronse(), limit=24, rto_hours=30, name="Web site")
    network = continuing.service(cast.ronse(), "network", needs={row.pk})
    continuing.tested(row, hours=5)
    cast.eupen()
    found = run(continuity_command.command, "resume", "--days", "3")
    assert (found["days"], found["some"], found["nothing"], found["denominator"]) == (3, 1, 1, 2)
    assert {(one["name"], one["state"]) for one in found["organisations"]} == {("Ronse", "some"), ("Eupen", "nothing")}
    assert run(continuity_command.command, "resume", "--state", "all")["organisations"] == []
    assert [one["name"] for one in run(continuity_command.command, "list", "--contradicts")["services"]] == ["Web site"]
    assert [one["kind"] for one in run(continuity_command.command, "list", "--not-proven")["services"]] == ["network"]
    shown = run(continuity_command.command, "show", "Ronse")
    assert {one["name"]: one["needs"] for one in shown["services"]} == {"Web site": [], network.name: ["Web site"]}
    assert shown["tests"][0]["services"] == {"Web site": "resumed"}
    for words in (["list"], ["show", "Ronse"], ["resume"]):
        done = CliRunner().invoke(continuity_command.command, words, catch_exceptions=False)
        assert done.exit_code == 0
        assert done.output.strip()
    assert "CONTRADICTION" in CliRunner().invoke(continuity_command.command, ["show", "45041"]).output


def test_sessions_on_the_command_line() -> None:
    ronse = cast.ronse()
    session = convening.begun(convening.invited(ronse, cast.eupen()))
    session_attendance.note_came(attendance=convening.of(session, ronse), by=SYSTEM, came=True)
    listed = run(session_command.command, "list", "--state", "invited")["sessions"]
    assert [(one["number"], one["invited"], one["came"]) for one in listed] == [(session.number, 2, 1)]
    shown = run(session_command.command, "show", session.number)
    assert shown["feedback"] is None
    assert {one["province"]: one["came"] for one in shown["provinces"]} == {"40000": 1, "60000": 0}
    found = run(session_command.command, "attendance", session.number)["attendance"]
    assert [(one["organisation"], one["came"]) for one in found] == [("Eupen", None), ("Ronse", True)]
    for words in (["list"], ["show", session.number], ["attendance", session.number]):
        assert CliRunner().invoke(session_command.command, words, catch_exceptions=False).exit_code == 0
    with pytest.raises(NotFound):
        CliRunner().invoke(session_command.command, ["show", "B1999-0001"], catch_exceptions=False)


def test_every_role_of_the_api_is_meant() -> None:
    from paraat.readiness.api import continuity, sessions

    assert continuity.READS == sessions.READS == {Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.SPOC}
