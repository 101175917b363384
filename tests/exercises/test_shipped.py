"""The two scenarios that ship are played from beginning to end by people who do what is asked, and by nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from paraat.alerts import actions as alerts
from paraat.alerts.models import Alert, Notice
from paraat.exercises import actions, scenarios
from paraat.exercises.models import Exercise
from paraat.feeds.actions import add_source, confirm_source
from paraat.feeds.models import Source
from paraat.incidents.actions.triage import accept_report
from paraat.incidents.models import ActorClaim, Case, Report
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform.models import HouseMessage
from paraat.registry.models import Organisation
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.models import PressCall, Room, Signal
from tests import cast
from tests.exercises import stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def december(**more: object) -> Exercise:
    parts = {"city": cast.eupen(), "town": cast.ronse(), "zone": cast.spiere_helkijn()}
    return _started("ransomware-december-2022", parts, **more)


def october(**more: object) -> Exercise:
    source = add_source(
        slug="lists", title="Lists", format="target_text", policy=Source.Policy.AT_ONCE, by=stage.officer()
    )
    confirm_source(source=source, by=stage.officer())
    return _started(
        "target-lists-october-2024",
        {"first": cast.ronse(), "second": cast.spiere_helkijn(), "province": cast.eupen()},
        **more,
    )


def _started(key: str, parts: dict[str, Organisation], **more: object) -> Exercise:
    exercise = actions.plan_exercise(scenario=scenarios.get(key), by=stage.officer(), parts=parts, **more)
    return actions.start_exercise(exercise=exercise, by=stage.officer())


def until(exercise: Exercise, key: str) -> None:
    """Let the clock run until this inject came in."""
    exercise.refresh_from_db()
    minute = exercise.injects.get(key=key).minute
    passed = exercise.injects.exclude(played_at=None).order_by("-minute").values_list("minute", flat=True).first() or 0
    stage.passes(exercise, minute - passed + 0.1)
    actions.play_due()
    failed = exercise.injects.exclude(failed="").values_list("key", "failed")
    assert not list(failed)


def spoc(town: Organisation) -> Actor:
    contact = cast.contact(town)
    return Actor(ActorKind.CONTACT, contact.pk, contact.name)


def test_december_2022() -> None:
    exercise = december(language="en")
    until(exercise, "city-phone")
    report = Report.objects.get()
    case = accept_report(
        report=report, by=stage.officer(), title="Ransomware", classification="malicious-code.infected-system"
    )
    assert case.exercise
    until(exercise, "open-room")
    room = open_room(title="War room", by=stage.officer(), organisations=[cast.eupen()], cases=[case], exercise=True)
    until(exercise, "press-first")
    assert PressCall.objects.get().room == room
    until(exercise, "claim")
    claim = ActorClaim.objects.get()
    assert (claim.case, claim.exercise, claim.volume_bytes) == (case, True, 557_000_000_000)
    until(exercise, "second-sitrep")
    assert Report.objects.filter(exercise=True).count() == 3
    ended = actions.end_exercise(exercise=exercise, by=stage.officer())
    outcomes = {one["key"]: [answer["outcome"] for answer in one["answers"]] for one in ended.report["injects"]}
    assert outcomes["city-phone"] == outcomes["open-room"] == ["in_time"]
    assert outcomes["town-portal"] == ["never"]
    assert ended.report["totals"]["not_played"] == 0
    assert not [row for model in (Report, Case, Room, ActorClaim) for row in model.objects.filter(exercise=False)]


def test_december_goes_on_when_nobody_does_anything() -> None:
    exercise = december()
    stage.passes(exercise, 20_000)
    actions.play_due()
    assert exercise.injects.filter(played_at=None).count() == 0
    assert set(exercise.injects.exclude(failed="").values_list("key", flat=True)) == {"press-first", "press-second"}
    assert Report.objects.filter(through="mail", text__contains="557").exists(), (
        "the claim comes as a mail while there is no case"
    )


def test_october_2024() -> None:
    exercise = october()
    until(exercise, "crisis-unit")
    room = Room.objects.get()
    assert (room.kind, room.exercise) == ("election", True)
    until(exercise, "list-day-1")
    alert = Alert.objects.get()
    assert (alert.exercise, alert.state) == (True, Alert.State.SENT)
    stage.passes(exercise, 12)
    notice = Notice.objects.get(alert=alert, organisation=cast.ronse())
    alerts.acknowledge_notice(notice=notice, by=spoc(cast.ronse()), through="link", name="SPOC, Ronse")
    until(exercise, "sitrep")
    assert Alert.objects.filter(exercise=True, kind="target_list").count() == 3
    assert set(Signal.objects.values_list("lane__key", flat=True)) == {"public_order", "operational", "disinformation"}
    alerts_sent = HouseMessage.objects.filter(exercise=False).count()
    ended = actions.end_exercise(exercise=exercise, by=stage.officer())
    first = next(one for one in ended.report["injects"] if one["key"] == "list-day-1")
    assert {one["organisation"]: one["outcome"] for one in first["answers"]} == {
        "Ronse": "in_time",
        "Spiere-Helkijn": "never",
    }
    assert next(one["minutes"] for one in first["answers"] if one["organisation"] == "Ronse") == pytest.approx(
        12, abs=0.5
    )
    assert alerts_sent == 0
    asked = {one.key: one.asked for one in exercise.injects.filter(kind="targets")}
    assert asked["list-day-2"] == ["province"], (
        "who still stands under yesterday's notice is not told twice, so is not asked twice"
    )
    assert asked["list-day-3"] == ["first"]


def test_a_list_names_those_who_play_and_nobody_else() -> None:
    cast.drogenbos()
    exercise = october()
    until(exercise, "list-day-3")
    named = set(Notice.objects.values_list("organisation", flat=True))
    assert named == cast.ids(cast.ronse(), cast.spiere_helkijn(), cast.eupen())
