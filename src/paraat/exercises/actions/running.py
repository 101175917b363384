"""The clock of an exercise is started, stopped, set faster or slower, and ended. It is three columns; nothing ticks."""

from __future__ import annotations

from typing import Any

from paraat.alerts import actions as alerts
from paraat.exercises.actions.planning import FASTEST
from paraat.exercises.measured import clock_of, measured
from paraat.exercises.models import Exercise
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import configuration, live, moment
from paraat.platform.actions import action, record

State = Exercise.State


@action
def start_exercise(*, exercise: Exercise, by: Actor) -> Exercise:
    """Let the clock run from minute 0. Raises Conflict when it was started before."""
    now = moment.now()
    _move(exercise, [State.PLANNED], {"state": State.RUNNING, "started_at": now, "clock_at": now, "clock_minutes": 0})
    record("exercise.started", by=by, on=exercise, detail={"number": exercise.number, "speed": exercise.speed})
    return _ticking(exercise, by)


@action
def pause_exercise(*, exercise: Exercise, by: Actor) -> Exercise:
    """Let the clock stand. What was due and not yet played comes when it goes on. Raises Conflict when it does not run."""
    _locked(exercise)
    minutes = clock_of(exercise).at(moment.now())
    _move(exercise, [State.RUNNING], {"state": State.PAUSED, "clock_at": None, "clock_minutes": minutes})
    exercise.injects.waiting().update(due_at=None)
    record("exercise.paused", by=by, on=exercise, detail={"number": exercise.number, "minute": round(minutes, 1)})
    return exercise


@action
def resume_exercise(*, exercise: Exercise, by: Actor) -> Exercise:
    """Let the clock go on where it stands. Raises Conflict when it is not paused."""
    _move(exercise, [State.PAUSED], {"state": State.RUNNING, "clock_at": moment.now()})
    record("exercise.resumed", by=by, on=exercise, detail={"number": exercise.number})
    return _ticking(exercise, by)


@action
def set_speed(*, exercise: Exercise, speed: int, by: Actor) -> Exercise:
    """Let the clock run so many minutes of the scenario in a minute from now on; what it showed stays. Raises Invalid outside 1-1440."""
    if not 1 <= speed <= FASTEST:
        raise Invalid("A speed is 1 to 1440 minutes of the scenario in a minute", field="speed", value=speed)
    _locked(exercise)
    changes: dict[str, Any] = {"speed": speed}
    if exercise.state == State.RUNNING:
        now = moment.now()
        changes |= {"clock_minutes": clock_of(exercise).at(now), "clock_at": now}
    _move(exercise, [State.PLANNED, State.RUNNING, State.PAUSED], changes)
    record("exercise.speed", by=by, on=exercise, detail={"number": exercise.number, "speed": speed})
    return _ticking(exercise, by)


@action
def end_exercise(*, exercise: Exercise, by: Actor) -> Exercise:
    """End it: the clock stands for good, and what was measured is frozen as its report. Raises Conflict when it does not go on."""
    _locked(exercise)
    now = moment.now()
    minutes = clock_of(exercise).at(now)
    changes = {"state": State.ENDED, "ended_at": now, "clock_at": None, "clock_minutes": minutes}
    _move(exercise, [State.RUNNING, State.PAUSED], changes)
    exercise.injects.waiting().update(due_at=None)
    Exercise.objects.filter(pk=exercise.pk).update(report=measured(exercise, now=now))
    exercise.refresh_from_db()
    totals = exercise.report["totals"]
    record("exercise.ended", by=by, on=exercise, detail={"number": exercise.number, **totals})
    return exercise


def _locked(exercise: Exercise) -> None:
    """Wait for an inject that is being played, so that the clock is not stopped in the middle of it; then look again."""
    Exercise.objects.select_for_update(no_key=True).get(pk=exercise.pk)
    exercise.refresh_from_db()


def _move(exercise: Exercise, known: list[str], changes: dict[str, Any]) -> None:
    if Exercise.objects.filter(pk=exercise.pk, state__in=known).update(**changes) != 1:
        raise Conflict("Somebody else changed this exercise meanwhile, or it is over", exercise=exercise.number)
    exercise.refresh_from_db()
    live.publish("exercises", id=exercise.pk)
    live.publish(f"exercise.{exercise.pk}", id=exercise.pk)


def _ticking(exercise: Exercise, by: Actor) -> Exercise:
    """Say when each inject comes, now that the clock runs like this; and let the ladders of alerts run as fast, where that is allowed."""
    clock = clock_of(exercise)
    waiting = list(exercise.injects.waiting())
    for inject in waiting:
        inject.due_at = clock.when(inject.minute)
    exercise.injects.bulk_update(waiting, ["due_at"])
    if exercise.state == State.RUNNING and not configuration.is_production():
        alerts.set_pace(by=by, pace=exercise.speed)
    return exercise
