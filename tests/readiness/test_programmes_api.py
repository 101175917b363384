"""Programmes through the API: offered, signed up for, answered, climbed, counted; with the rights of every role."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions.programmes import open_programme, set_budget
from paraat.readiness.models import Participation, Programme
from tests import cast
from tests.api import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit() -> Programme:
    made = open_programme(by=SYSTEM, key="audit", rules={"share": "2/3", "cap": "4000"})
    set_budget(programme=made, year=moment.today().year, amount=Decimal(6000), by=SYSTEM)
    return made


def post(caller: stage.Caller, path: str, body: dict[str, Any], status: int) -> Any:
    answer = caller.post(path, body)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_spoc_signs_up_and_the_team_records_its_steps(audit: Programme) -> None:
    town = cast.ronse()
    spoc, officer = stage.Caller(cast.spoc_user(town)), stage.Caller(cast.duty_officer())
    assert [one["key"] for one in spoc.get("/programmes").json()["items"]] == ["audit"]
    assert spoc.get("/programmes/audit").json()["rules"]["share"] == "2/3"
    made = post(spoc, "/programmes/audit/sign-up", {"organisation": str(town.pk), "price": "3000.00"}, 201)
    assert (made["state"], made["step"], made["programme"]) == ("going", "signed-up", "audit")
    assert made["commitments"] == [
        {"year": moment.today().year, "price": "3000.00", "amount": "2000.00", "state": "promised", "paid_on": None}
    ]
    post(spoc, "/programmes/audit/sign-up", {"organisation": str(town.pk)}, 409)
    path = f"/participations/{made['id']}"
    post(spoc, f"{path}/steps", {"name": "ordered"}, 403)
    whole = post(officer, f"{path}/steps", {"name": "ordered"}, 201)
    assert [one["name"] for one in whole["steps"]] == ["signed-up", "ordered"]
    post(officer, f"{path}/steps", {"name": "paid"}, 422)
    assert spoc.get(path).json() == officer.get(path).json() == whole
    waits = post(officer, "/programmes/audit/sign-up", {"organisation": str(cast.eupen().pk), "price": "6000.01"}, 201)
    assert (waits["state"], waits["commitments"][0]["amount"]) == ("going", "4000.00")


def test_the_other_answers(audit: Programme) -> None:
    town = cast.ronse()
    spoc = stage.Caller(cast.spoc_user(town))
    given = {"organisation": str(town.pk), "kind": "equivalent"}
    post(spoc, "/programmes/audit/answer", given, 422)
    said = post(spoc, "/programmes/audit/answer", given | {"which": "Own audit", "until": "2099-01-01"}, 200)
    assert (said["state"], said["equivalent"], said["equivalent_until"]) == ("equivalent", "Own audit", "2099-01-01")
    said = post(spoc, "/programmes/audit/answer", given | {"kind": "declined", "because": "No staff"}, 200)
    assert (said["state"], said["because"]) == ("declined", "No staff")


def test_nobody_acts_for_or_reads_another_town(audit: Programme) -> None:
    officer, other = stage.Caller(cast.duty_officer()), stage.Caller(cast.spoc_user(cast.eupen()))
    made = post(officer, "/programmes/audit/sign-up", {"organisation": str(cast.ronse().pk)}, 201)
    assert other.get(f"/participations/{made['id']}").status_code == 404
    assert other.get("/participations").json()["total"] == 0
    post(other, "/programmes/audit/sign-up", {"organisation": str(cast.spiere_helkijn().pk)}, 422)
    post(
        other,
        "/programmes/audit/answer",
        {"organisation": str(cast.ronse().pk), "kind": "declined", "because": "x"},
        422,
    )
    assert Participation.objects.count() == 1
    assert other.get("/programme-figures").status_code == 403
    for user in (
        cast.provider_user(),
        cast.tester(),
        cast.assessor(),
        cast.observer(),
        cast.partner_user(),
        cast.administrator(),
    ):
        caller = stage.Caller(user)
        for path in ("/programmes", "/participations", f"/participations/{made['id']}", "/programme-figures"):
            assert caller.get(path).status_code == 403, (user, path)
    auditor = stage.Caller(cast.auditor())
    assert auditor.get("/participations?programme=audit&state=going").json()["total"] == 1
    post(auditor, "/programmes/audit/sign-up", {"organisation": str(cast.ronse().pk)}, 403)


def test_the_figures_are_those_of_the_command(audit: Programme) -> None:
    officer, town = stage.Caller(cast.duty_officer()), cast.ronse()
    post(officer, "/programmes/audit/sign-up", {"organisation": str(town.pk)}, 201)
    today = moment.today().isoformat()
    found = officer.get(f"/programme-figures?as_of={today}").json()
    one = next(one for one in found["figures"] if one["step"] == "signed-up")
    assert (one["count"], one["denominator"], found["as_of"]) == (1, 1, today)
    assert one["definition"]
    assert officer.get("/programme-figures?as_of=2020-01-01").json()["figures"][1]["count"] == 0
    assert officer.get("/programmes/nothing").status_code == 404
