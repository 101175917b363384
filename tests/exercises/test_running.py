"""The clock of an exercise through time: it is paused over something due, set faster, left alone by a dead worker."""

from __future__ import annotations

import pytest

from paraat.alerts.ladders import current_pace
from paraat.exercises import actions, demonstration, scenarios
from paraat.exercises.actions import planning
from paraat.exercises.measured import clock_of
from paraat.exercises.models import Exercise
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from tests import cast
from tests.exercises import stage

pytestmark = pytest.mark.django_db


def shown(exercise: Exercise) -> float:
    exercise.refresh_from_db()
    return clock_of(exercise).at(moment.now())


def test_nothing_comes_before_the_start() -> None:
    exercise = stage.planned()
    assert actions.play_due() == 0
    assert shown(exercise) == 0


def test_each_inject_comes_at_its_minute_and_once() -> None:
    exercise = stage.running()
    actions.play_due()
    assert stage.keys_played(exercise) == ["m0"]
    stage.passes(exercise, 10.1)
    assert actions.play_due() == 1
    assert actions.play_due() == 0
    assert stage.keys_played(exercise) == ["m0", "m10"]


def test_a_worker_that_was_away_plays_all_that_it_missed_in_order() -> None:
    exercise = stage.running()
    stage.passes(exercise, 500)
    assert actions.play_due() == 4
    assert stage.keys_played(exercise) == ["m0", "m10", "m20", "m30"]


def test_sixty_times_as_fast() -> None:
    exercise = stage.running(speed=60)
    stage.passes(exercise, 0.35)  # 21 minutes of the scenario
    actions.play_due()
    assert stage.keys_played(exercise) == ["m0", "m10", "m20"]
    assert current_pace() == 60, "the ladders of alerts run as fast"


def test_in_production_the_ladders_of_alerts_keep_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MODE", "production")
    stage.running(speed=60)
    assert current_pace() == 1


def test_paused_over_something_due_plays_it_when_it_goes_on() -> None:
    exercise = stage.running()
    actions.play_due()
    stage.passes(exercise, 11)
    actions.pause_exercise(exercise=exercise, by=stage.officer())
    stage.passes(exercise, 600)
    assert actions.play_due() == 0
    assert shown(exercise) == pytest.approx(11, abs=0.1)
    actions.resume_exercise(exercise=exercise, by=stage.officer())
    assert actions.play_due() == 1
    assert stage.keys_played(exercise) == ["m0", "m10"]
    stage.passes(exercise, 8.9)
    assert actions.play_due() == 0, "the pause is no time"
    stage.passes(exercise, 0.2)
    assert actions.play_due() == 1


def test_a_change_of_speed_keeps_what_the_clock_shows() -> None:
    exercise = stage.running()
    stage.passes(exercise, 15)
    actions.set_speed(exercise=exercise, speed=10, by=stage.officer())
    assert shown(exercise) == pytest.approx(15, abs=0.5)
    actions.play_due()
    stage.passes(exercise, 0.6)
    actions.play_due()
    assert stage.keys_played(exercise) == ["m0", "m10", "m20"]
    actions.set_speed(exercise=exercise, speed=1, by=stage.officer())
    stage.passes(exercise, 8)
    assert actions.play_due() == 0


def test_the_speed_of_one_that_stands_changes_nothing_that_is_due() -> None:
    exercise = stage.planned()
    actions.set_speed(exercise=exercise, speed=30, by=stage.officer())
    assert exercise.speed == 30
    assert not exercise.injects.exclude(due_at=None).exists()


@pytest.mark.parametrize("speed", [0, 1441])
def test_a_speed_has_limits(speed: int) -> None:
    with pytest.raises(Invalid):
        actions.set_speed(exercise=stage.planned(), speed=speed, by=stage.officer())


def test_it_starts_once_and_ends_once() -> None:
    exercise = stage.running()
    with pytest.raises(Conflict):
        actions.start_exercise(exercise=exercise, by=stage.officer())
    actions.end_exercise(exercise=exercise, by=stage.officer())
    frozen = exercise.report
    for deed in (actions.end_exercise, actions.resume_exercise, actions.pause_exercise):
        with pytest.raises(Conflict):
            deed(exercise=exercise, by=stage.officer())
    stage.passes(exercise, 100)
    assert actions.play_due() == 0
    exercise.refresh_from_db()
    assert exercise.report == frozen


def test_every_deed_is_in_the_journal_as_an_exercise() -> None:
    exercise = stage.running()
    actions.pause_exercise(exercise=exercise, by=stage.officer())
    actions.resume_exercise(exercise=exercise, by=stage.officer())
    actions.set_speed(exercise=exercise, speed=5, by=stage.officer())
    actions.end_exercise(exercise=exercise, by=stage.officer())
    said = JournalEntry.objects.filter(object_id=str(exercise.pk))
    verbs = {f"exercise.{verb}" for verb in ("planned", "started", "paused", "resumed", "speed", "ended")}
    assert set(said.values_list("verb", flat=True)) == verbs
    assert not said.filter(exercise=False).exists()


# Planning -------------------------------------------------------------------------------------------------------------------------
def test_who_plays_what_has_defaults_and_can_be_chosen() -> None:
    exercise = stage.planned(parts={"other": cast.eupen()})
    assert set(exercise.participants.all()) == {cast.ronse(), cast.eupen()}
    assert exercise.parts["town"] == str(cast.ronse().pk)


def test_a_part_that_nobody_plays_is_refused() -> None:
    cast.ronse()
    with pytest.raises(Invalid, match="Choose who plays"):
        actions.plan_exercise(scenario=stage.scenario(), by=stage.officer())
    with pytest.raises(Invalid, match="no such part"):
        stage.planned(parts={"strange": cast.ronse()})


def test_a_text_says_below_it_what_is_invented() -> None:
    first = stage.planned().injects.get(key="m0")
    assert first.payload["text"]["en"] == "Word\n\nInvented"


def test_a_demonstration_has_one_planned_and_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.eupen()
    parts = scenarios.get(demonstration.SCENARIO).parts
    there = {"city": cast.eupen(), "zone": cast.spiere_helkijn()}
    monkeypatch.setattr(planning, "default_for", lambda part, day: there.get(part.key))
    demonstration.load()
    demonstration.load()
    planned = Exercise.objects.get()
    assert (planned.state, planned.speed, planned.parts["town"]) == ("planned", 60, str(cast.ronse().pk))
    assert set(planned.parts) == {part.key for part in parts}
