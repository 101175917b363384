"""Cases through the API: the same rights and rules as on screen."""

from __future__ import annotations

import pytest

from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case
from paraat.kernel.marking import Tlp
from paraat.platform.api import Scope
from tests import cast
from tests.api.stage import Caller
from tests.incidents import stories

pytestmark = pytest.mark.django_db


def numbers(answer: object) -> list[str]:
    assert answer.status_code == 200, answer.content  # type: ignore[attr-defined]
    return [one["number"] for one in answer.json()["items"]]  # type: ignore[attr-defined]


def test_a_case_is_opened_once_moved_and_read() -> None:
    caller, body = (
        Caller(cast.duty_officer()),
        {"organisation": str(cast.ronse().pk), "title": "Mail is down", "tlp": "TLP:AMBER+STRICT"},
    )
    made = caller.post("/cases", body, Idempotency_Key="one")
    again = caller.post("/cases", body, Idempotency_Key="one")
    assert made.status_code == again.status_code == 201 and made.json() == again.json()
    assert Case.objects.count() == 1 and made.json()["tlp"] == "TLP:AMBER+STRICT" and made.json()["victim"] == "Ronse"
    path = f"/cases/{made.json()['id']}"
    assert caller.post(f"{path}/move", {"to": "contained"}).json()["state"] == "contained"
    assert caller.post(f"{path}/move", {"to": "closed"}).status_code == 422
    assert caller.post(f"{path}/move", {"to": "merged"}).status_code == 422
    assert caller.get(path).json()["state"] == "contained"


def test_the_list_is_worst_first_and_narrowed() -> None:
    mild, bad = stories.case(severity=1), stories.case(cast.eupen(), severity=5, exercise=True)
    closed = stories.case(severity=5)
    Case.objects.filter(pk=closed.pk).update(state="closed")
    caller = Caller(cast.duty_officer())
    assert numbers(caller.get("/cases")) == [bad.number, mild.number, closed.number]
    assert numbers(caller.get("/cases?q=eup")) == [bad.number]
    assert numbers(caller.get("/cases?active=false")) == [closed.number]
    assert numbers(caller.get("/cases?active=true&exercise=false")) == [mild.number]
    assert numbers(caller.get(f"/cases?organisation={cast.eupen().pk}")) == [bad.number]
    assert numbers(caller.get("/cases?severity=1")) == [mild.number]


def test_a_victim_reads_its_own_and_writes_nothing() -> None:
    own, other = stories.case(tlp=Tlp.RED), stories.case(cast.eupen())
    caller = Caller(cast.spoc_user(cast.ronse()))
    assert numbers(caller.get("/cases")) == [own.number]
    assert caller.get(f"/cases/{other.pk}").status_code == 404
    assert caller.get(f"/cases/{other.pk}/timeline").status_code == 404
    assert caller.post(f"/cases/{own.pk}/move", {"to": "contained"}).status_code == 403


def test_an_entry_is_added_and_one_that_may_not_be_seen_is_absent() -> None:
    one = stories.case(tlp=Tlp.GREEN)
    caller = Caller(cast.duty_officer())
    made = caller.post(f"/cases/{one.pk}/timeline", {"text": "A note was found", "tlp": "TLP:AMBER"})
    assert made.status_code == 201 and made.json()["tlp"] == "TLP:AMBER"
    right = caller.post(f"/cases/{one.pk}/timeline", {"text": "Two notes", "corrects": made.json()["id"]})
    assert right.json()["corrects"] == made.json()["id"] and right.json()["tlp"] == "TLP:AMBER"
    assert caller.get(f"/cases/{one.pk}/timeline").json()["total"] == 3
    seen = Caller(cast.observer()).get(f"/cases/{one.pk}/timeline").json()
    assert seen["total"] == 1 and "note" not in str(seen)
    elsewhere = add_entry(case=stories.case(), text="x", by=stories.officer())
    assert caller.post(f"/cases/{one.pk}/timeline", {"text": "y", "corrects": str(elsewhere.pk)}).status_code == 422


def test_a_token_needs_the_scope() -> None:
    caller = Caller(cast.duty_officer(), Scope.ALERTS_READ)
    assert caller.get("/cases").status_code == 403
