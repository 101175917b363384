"""What waits for a person pages whoever is on call until somebody takes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from paraat.accounts import actions, rules
from paraat.accounts.models import Shift, User, WaitingTask
from paraat.accounts.registered import check_roster
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.facts import Settled, Waits, announce
from paraat.platform.models import JournalEntry
from paraat.platform.registrations import Level
from tests import cast

pytestmark = pytest.mark.django_db

HELD = Waits("held", "alert:1", "A list is held", "/alerts/1/")


def on_call(user: User, position: str, hours: float = 8) -> Shift:
    now = moment.now()
    return actions.add_shift(
        user=user,
        position=position,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=hours),
        by=SYSTEM,
    )


def task() -> WaitingTask:
    announce(HELD)
    return WaitingTask.objects.get()


def pages(one: WaitingTask, now: datetime) -> list[str]:
    one.refresh_from_db()
    return [user.name for user in actions.next_page(task=one, now=now)]


def test_what_waits_twice_is_one_task() -> None:
    announce(HELD)
    announce(HELD)
    assert WaitingTask.objects.count() == 1
    announce(Settled("alert:1"))
    assert not WaitingTask.objects.open().exists()
    announce(HELD)  # it waits again: a new task
    assert WaitingTask.objects.count() == 2


def test_it_pages_first_then_second_then_coordinator_and_never_stops() -> None:
    (
        on_call(cast.duty_officer(), "first"),
        on_call(cast.second_officer(), "second"),
        on_call(cast.coordinator(), "coordinator"),
    )
    one, now = task(), moment.now()
    assert list(WaitingTask.objects.overdue(now)) == [one]
    assert pages(one, now) == ["Duty officer"]
    assert list(WaitingTask.objects.overdue(now)) == []
    assert pages(one, now) == []  # another worker was first: not due yet
    now += rules.PAGE_AFTER
    assert pages(one, now) == ["Second duty officer"]
    now += rules.PAGE_AFTER
    assert pages(one, now) == ["Coordinator"]
    now += rules.PAGE_AFTER
    assert pages(one, now) == ["Coordinator", "Duty officer", "Second duty officer"]
    now += rules.PAGE_AGAIN_AFTER
    assert len(pages(one, now)) == 3
    assert JournalEntry.objects.filter(verb="task.page").count() == 5


def test_who_takes_it_is_the_last_to_be_paged() -> None:
    on_call(cast.duty_officer(), "first")
    one, now = task(), moment.now()
    pages(one, now)
    actions.take_task(task=one, officer=cast.duty_officer(), by=SYSTEM)
    assert not WaitingTask.objects.overdue(now + timedelta(days=1)).exists()
    with pytest.raises(Conflict):
        actions.take_task(task=one, officer=cast.second_officer(), by=SYSTEM)
    actions.hand_back_task(task=one, by=SYSTEM)
    assert pages(one, moment.now()) == ["Duty officer"]


def test_with_nobody_on_call_everybody_of_the_team_is_paged() -> None:
    cast.duty_officer(), cast.coordinator(), cast.auditor()
    assert pages(task(), moment.now()) == ["Coordinator", "Duty officer"]


def test_a_shift_of_somebody_who_left_counts_as_none() -> None:
    on_call(cast.duty_officer(), "first"), on_call(cast.second_officer(), "second")
    User.objects.filter(pk=cast.duty_officer().pk).update(is_active=False)
    assert pages(task(), moment.now()) == ["Second duty officer"]


def test_what_is_not_urgent_pages_nobody() -> None:
    announce(Waits("unconfirmed", "contact:1", "A contact wants confirming", "/", urgent=False))
    assert not WaitingTask.objects.overdue(moment.now()).exists()


def test_only_the_team_is_on_call() -> None:
    with pytest.raises(Invalid):
        on_call(cast.auditor(), "first")
    on_call(cast.duty_officer(), "first")
    with pytest.raises(Invalid):
        on_call(cast.duty_officer(), "first")


def test_two_people_swap_their_shifts() -> None:
    one, other = on_call(cast.duty_officer(), "first"), on_call(cast.second_officer(), "second")
    actions.swap_shifts(one=one, other=other, by=SYSTEM)
    assert Shift.objects.get(pk=one.pk).user == cast.second_officer()
    with pytest.raises(Conflict):
        actions.swap_shifts(one=one, other=other, by=SYSTEM)  # as they were: no longer so


def test_the_check_says_where_the_roster_has_holes() -> None:
    assert [found.level for found in check_roster()] == [Level.ERROR]
    on_call(cast.duty_officer(), "first")
    assert [found.level for found in check_roster()] == [Level.WARNING]
    on_call(cast.second_officer(), "first", hours=24 * 8)
    assert [found.level for found in check_roster()] == [Level.OK]


# Pages ----------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(cast.duty_officer())
    return client


def test_an_officer_takes_a_task_and_closes_it(officer: Client, django_assert_max_num_queries: Any) -> None:
    one = task()
    with django_assert_max_num_queries(8):
        page = officer.get("/tasks/")
    assert "A list is held" in page.content.decode()
    assert officer.post(f"/tasks/{one.pk}/take/", {"go": "1"}).headers["Location"] == "/alerts/1/"
    assert officer.post(f"/tasks/{one.pk}/close/", {"outcome": "released"}).status_code == 302
    one.refresh_from_db()
    assert (one.taken_by, one.outcome) == (cast.duty_officer(), "released")
    assert "A list is held" not in officer.get("/tasks/").content.decode()
    assert "A list is held" in officer.get("/tasks/?state=done").content.decode()


def test_a_task_leads_nowhere_outside(officer: Client) -> None:
    one = actions.wait_for_person(what=Waits("held", "k", "x", "https://elsewhere.example/"))
    assert one is not None
    assert officer.post(f"/tasks/{one.pk}/take/", {"go": "1"}).headers["Location"] == "/tasks/"


def test_the_roster_shows_who_is_on_call_and_the_holes(officer: Client) -> None:
    on_call(cast.second_officer(), "first")
    text = officer.get("/roster/").content.decode()
    assert "Second duty officer" in text
    assert "nobody from" in text


def test_an_officer_adds_changes_and_removes_a_shift(officer: Client) -> None:
    form = {
        "user": cast.duty_officer().pk,
        "position": "first",
        "starts_at": "2031-01-01T08:00",
        "ends_at": "2031-01-01T20:00",
    }
    assert officer.post("/roster/add/", form).status_code == 302
    shift = Shift.objects.get()
    assert shift.starts_at.isoformat() == "2031-01-01T07:00:00+00:00"  # typed in Brussels
    assert officer.get(f"/roster/{shift.pk}/").status_code == 200
    assert officer.post(f"/roster/{shift.pk}/", {**form, "position": "second"}).status_code == 302
    assert Shift.objects.get().position == "second"
    assert officer.post("/roster/add/", {**form, "ends_at": "2030-01-01T08:00"}).status_code == 422
    assert officer.post(f"/roster/{shift.pk}/remove/").status_code == 302
    assert not Shift.objects.exists()


def test_a_private_calendar_needs_no_sign_in_and_no_other_token_opens_it(officer: Client) -> None:
    from paraat.accounts.links import calendar_url
    from paraat.platform.crypto import sign_link

    on_call(cast.duty_officer(), "first"), on_call(cast.second_officer(), "second")
    now = moment.now()
    path = calendar_url(cast.duty_officer(), now).split("8000", 1)[1]
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    other = sign_link("notice", cast.duty_officer().pk, now + timedelta(days=1))
    assert Client().get(f"/roster/calendar/{other}.ics").status_code == 404
    User.objects.filter(pk=cast.duty_officer().pk).update(is_active=False)
    assert Client().get(path).status_code == 404
