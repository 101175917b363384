"""Two workers play at the same moment, a clock is stopped while an inject comes in, two people answer at once: nothing twice, nothing lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from paraat.exercises import actions
from paraat.exercises.models import Response
from paraat.incidents.models import Report
from paraat.kernel.errors import Conflict
from paraat.platform.models import JournalEntry
from tests.alerts.test_races import meet
from tests.exercises import stage

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = ("report", "through = 'phone'", "part = 'town'\nexpects = 'report.triaged'\nwithin = 10")


def test_two_workers_play_each_inject_once() -> None:
    kind, payload, more = REPORT
    exercise = stage.running(*[stage.inject(f"r{number:02}", number, kind, payload, more) for number in range(12)])
    stage.passes(exercise, 60)
    together = threading.Barrier(3)

    def work(_worker: int) -> int:
        try:
            together.wait(20)
            return actions.play_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(work, range(3)))
    assert sum(done) == 12
    assert Report.objects.count() == 12
    assert JournalEntry.objects.filter(verb="inject.played").count() == 12
    assert stage.keys_played(exercise) == sorted(stage.keys_played(exercise)), "in their order"


def test_a_clock_that_is_stopped_waits_for_the_inject_that_comes_in() -> None:
    kind, payload, more = REPORT
    exercise = stage.running(stage.inject("r", 0, kind, payload, more), stage.inject("later", 5))
    meet(actions.play_due, lambda: actions.pause_exercise(exercise=exercise, by=stage.officer()))
    exercise.refresh_from_db()
    assert exercise.state == "paused"
    assert stage.keys_played(exercise) == ["r"]


def test_an_inject_that_waits_for_the_clock_to_be_stopped_does_not_come() -> None:
    exercise = stage.running(stage.inject("m", 0))
    meet(lambda: actions.pause_exercise(exercise=exercise, by=stage.officer()), actions.play_due)
    assert stage.keys_played(exercise) == []


def test_two_who_start_it_start_it_once() -> None:
    exercise = stage.planned()
    refused: list[Any] = []

    def second() -> None:
        try:
            actions.start_exercise(exercise=exercise, by=stage.officer())
        except Conflict as conflict:
            refused.append(conflict)

    meet(lambda: actions.start_exercise(exercise=exercise, by=stage.officer()), second)
    assert len(refused) == 1
    assert JournalEntry.objects.filter(verb="exercise.started").count() == 1


def test_a_crash_between_makes_it_late_and_never_double(monkeypatch: pytest.MonkeyPatch) -> None:
    from paraat.exercises.injects import report

    real, crashed = report.play, []

    def dies_once(world: Any) -> dict[str, str]:
        made = real(world)
        if not crashed:
            crashed.append(made)
            raise KeyboardInterrupt  # as a worker that is killed: nothing catches it
        return made

    kind, payload, more = REPORT
    exercise = stage.running(stage.inject("r", 0, kind, payload, more))
    monkeypatch.setattr(report, "play", dies_once)
    with pytest.raises(KeyboardInterrupt):
        actions.play_due()
    assert (Report.objects.count(), stage.keys_played(exercise)) == (0, [])
    assert actions.play_due() == 1
    assert Report.objects.count() == 1
    assert not Response.objects.exists()
