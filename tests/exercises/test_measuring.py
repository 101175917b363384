"""What people do is measured by the journal, in minutes of the scenario, once, for whoever did it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.exercises import actions
from paraat.exercises.models import Exercise, Response
from paraat.exercises.registered import on_recorded
from paraat.incidents.actions.triage import accept_report, dismiss_report
from paraat.incidents.models import Report
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.platform.actions import action, record
from paraat.platform.facts import Recorded
from paraat.warroom.actions.decisions import record_decision
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.models import Room
from tests import cast
from tests.exercises import stage

pytestmark = pytest.mark.django_db

CALL = stage.inject("call", 0, "report", "through = 'phone'", "part = 'town'\nexpects = 'report.triaged'\nwithin = 30")
OTHER = stage.inject(
    "other", 0, "report", "through = 'mail'", "part = 'other'\nexpects = 'report.triaged'\nwithin = 30"
)


def begun(*injects: str, speed: int = 1) -> Exercise:
    exercise = stage.running(*injects, speed=speed)
    actions.play_due()
    return exercise


def user(of: str = "officer") -> Actor:
    account = cast.duty_officer() if of == "officer" else cast.spoc_user(cast.ronse())
    return Actor(ActorKind.USER, account.pk, account.name)


def test_triage_answers_the_report_that_it_triaged() -> None:
    exercise = begun(CALL, OTHER, speed=60)
    stage.passes(exercise, 0.2)  # twelve minutes of the scenario
    dismiss_report(report=Report.objects.get(organisation=cast.spiere_helkijn()), by=user(), reason="Spam")
    response = Response.objects.get()
    assert (response.inject.key, response.organisation, response.by) == ("other", None, "Duty officer")
    assert response.minutes == pytest.approx(12, abs=2)


def test_doing_it_twice_keeps_the_first() -> None:
    exercise = begun(CALL)
    report = Report.objects.get()

    @action
    def again() -> None:
        record("report.accepted", by=user(), on=report, exercise=True)

    again()
    stage.passes(exercise, 10)
    again()
    assert Response.objects.get().minutes < 1


def test_reality_answers_nothing() -> None:
    begun(stage.inject("room", 0, more="expects = 'room.opened'\nwithin = 5"))
    open_room(title="Real", by=user(), exercise=False)
    assert not Response.objects.exists()
    open_room(title="Exercise", by=user(), exercise=True)
    assert Response.objects.count() == 1


def test_a_deed_of_reality_costs_no_query() -> None:
    begun(CALL)
    officer = user()
    with CaptureQueriesContext(connection) as asked:
        on_recorded(Recorded("report.accepted", "report", "1", officer, None, False))
        on_recorded(Recorded("case.changed", "case", "1", officer, None, True))
        on_recorded(Recorded("report.accepted", "report", "1", SYSTEM, None, True))
    assert len(asked) == 0


def test_one_decision_answers_one_question() -> None:
    begun(*[stage.inject(key, 0, more="expects = 'decision.taken'\nwithin = 5") for key in ("a", "b")])
    room: Room = open_room(title="Room", by=user(), exercise=True)
    record_decision(room=room, text="Yes", because="So", by=user(), present=["Duty officer"])
    assert [one.inject.key for one in Response.objects.all()] == ["a"]
    record_decision(room=room, text="No", because="So", by=user(), present=["Duty officer"])
    assert {one.inject.key for one in Response.objects.all()} == {"a", "b"}


def test_whose_answer_it_is_follows_from_who_did_it() -> None:
    begun(stage.inject("room", 0, more="expects = 'room.opened'\nwithin = 5"))
    open_room(title="Room", by=user("spoc"), exercise=True)
    assert Response.objects.get().organisation == cast.ronse()


def test_before_it_is_played_and_after_the_end_nothing_is_an_answer() -> None:
    exercise = begun(stage.inject("room", 5, more="expects = 'room.opened'\nwithin = 5"), stage.inject("m", 0))
    open_room(title="Early", by=user(), exercise=True)
    stage.passes(exercise, 6)
    actions.play_due()
    actions.end_exercise(exercise=exercise, by=stage.officer())
    open_room(title="Late", by=user(), exercise=True)
    assert not Response.objects.exists()


def test_the_report_is_frozen_with_what_was_late_and_what_never_came() -> None:
    exercise = begun(CALL, OTHER)
    stage.passes(exercise, 45)
    accept_report(
        report=Report.objects.get(organisation=cast.ronse()), by=user(), title="T", classification="other.undetermined"
    )
    ended = actions.end_exercise(exercise=exercise, by=stage.officer())
    outcomes = {one["key"]: one["answers"][0]["outcome"] for one in ended.report["injects"]}
    assert outcomes == {"call": "late", "other": "never"}
    assert ended.report["organisations"][0] == {
        "organisation": "",
        "expected": 2,
        "answered": 1,
        "in_time": 0,
        "median": pytest.approx(45, abs=1),
    }
    Response.objects.all().delete()
    ended.refresh_from_db()
    assert ended.report["totals"]["late"] == 1
