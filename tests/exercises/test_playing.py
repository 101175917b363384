"""Injects: played once in one transaction with what they make; a failing one keeps nobody waiting; brought forward, skipped."""

from __future__ import annotations

import pytest

from paraat.exercises import actions
from paraat.exercises.actions import NotDue
from paraat.exercises.injects import message, report
from paraat.exercises.injects.world import World
from paraat.incidents.models import Report
from paraat.kernel.errors import Invalid
from paraat.platform.actions import record
from paraat.platform.models import JournalEntry
from tests import cast
from tests.exercises import stage

pytestmark = pytest.mark.django_db

PHONE = "through = 'phone', kind = 'ransomware'"


def test_a_report_is_made_by_the_real_action_and_marked() -> None:
    exercise = stage.running(stage.inject("call", 0, "report", PHONE, "part = 'town'"))
    actions.play_due()
    made = Report.objects.get()
    assert (made.exercise, made.through, made.organisation) == (True, "phone", cast.ronse())
    assert made.text == "Woord\n\nVerzonnen", "in the language of whom it is about"
    assert exercise.injects.get().made == {"report": str(made.pk)}
    assert not JournalEntry.objects.filter(exercise=False, verb__startswith="report.").exists()


def test_one_that_fails_is_noted_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    real = report.play

    def broken(world: World) -> dict[str, str]:
        real(world)
        raise RuntimeError("the network of the scenario is down")

    exercise = stage.running(
        stage.inject("a", 0), stage.inject("b", 1, "report", PHONE, "part = 'town'"), stage.inject("c", 2)
    )
    stage.passes(exercise, 5)
    with monkeypatch.context() as patch:
        patch.setattr(report, "play", broken)
        assert actions.play_due() == 3
    failed = exercise.injects.get(key="b")
    assert failed.failed == "the network of the scenario is down"
    assert not Report.objects.exists(), "what it made before it failed did not happen"
    assert not JournalEntry.objects.filter(verb="report.taken").exists()
    assert exercise.injects.get(key="c").played_at
    again = actions.play_inject(inject=failed.pk, by=stage.officer())
    assert (again.failed, Report.objects.count()) == ("", 1)


def test_a_room_that_nobody_opened_is_said_not_thrown() -> None:
    exercise = stage.running(stage.inject("s", 0, "signal", "lane = 'cyber'"), stage.inject("m", 0))
    actions.play_due()
    assert "No war room" in exercise.injects.get(key="s").failed
    assert exercise.injects.get(key="m").played_at


def test_brought_forward_is_played_now_and_not_again() -> None:
    exercise = stage.running()
    later = exercise.injects.get(key="m30")
    actions.play_inject(inject=later.pk, by=stage.officer())
    stage.passes(exercise, 40)
    assert actions.play_due() == 3
    later.refresh_from_db()
    assert later.played_by == "Duty officer"
    with pytest.raises(NotDue):
        actions.play_inject(inject=later.pk, by=stage.officer())


def test_nothing_is_brought_forward_while_the_clock_stands() -> None:
    exercise = stage.planned()
    with pytest.raises(NotDue):
        actions.play_inject(inject=exercise.injects.get(key="m0").pk, by=stage.officer())


def test_the_clock_does_not_play_what_is_not_due() -> None:
    exercise = stage.running()
    with pytest.raises(NotDue):
        actions.play_inject(inject=exercise.injects.get(key="m30").pk)


def test_skipped_with_a_reason_never_comes() -> None:
    exercise = stage.running()
    one = exercise.injects.get(key="m0")
    with pytest.raises(Invalid):
        actions.skip_inject(inject=one, by=stage.officer(), reason=" ")
    actions.skip_inject(inject=one, by=stage.officer(), reason="Lunch")
    stage.passes(exercise, 100)
    assert actions.play_due() == 3
    with pytest.raises(NotDue):
        actions.skip_inject(inject=one, by=stage.officer(), reason="Twice")


def test_what_an_action_within_an_inject_records_is_of_the_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(world: World) -> dict[str, str]:
        record("room.opened", by=world.by, on=world.exercise)
        return {}

    monkeypatch.setattr(message, "play", told)
    exercise = stage.running(stage.inject("m", 0, more="expects = 'room.opened'\nwithin = 5"))
    actions.play_due()
    assert JournalEntry.objects.filter(verb="room.opened", exercise=True).exists()
    assert not exercise.injects.get().responses.exists(), "the exercise does not answer itself"
