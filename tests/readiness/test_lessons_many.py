"""A lesson from a closed case to 300 constituents through 12 service providers: released, answered, chased, and its figures right."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.incidents.actions.states import move_case
from paraat.incidents.models import Report
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness import lesson_figures
from paraat.readiness.actions import lessons
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness import taught

pytestmark = pytest.mark.django_db

TOWNS, FIRMS = 300, 12
TRACES = [{"type": "host", "value": "evil.example"}]


def at(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    now = moment.now() + timedelta(**span)
    monkeypatch.setattr(moment, "now", lambda: now)


def desk(firm: Organisation) -> Actor:
    return Actor(ActorKind.USER, None, f"Desk of {firm.name}")


def given(lesson: Lesson, firm: Organisation, towns: list[Organisation], **said: object) -> None:
    lessons.answer_for_customers(
        lesson=lesson, provider=firm, customers=[one.pk for one in towns], by=desk(firm), **said
    )


def test_to_300_through_12_answered_chased_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    towns, firms = taught.population(TOWNS, FIRMS)
    victim = towns[0]
    case = taught.case_of(victim)
    for step in ("contained", "eradicated", "recovering", "closed"):
        case = move_case(case=case, to=step, by=SYSTEM, because="Over") or case
    officer, second = cast.duty_officer(), cast.coordinator()
    lesson = lessons.draft_lesson(by=actor_of(officer), case=case, indicators=TRACES, **taught.WORDS)
    lessons.approve_lesson(lesson=lesson, by=actor_of(second), officer=second)

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        lessons.release_lesson(lesson=lesson, by=actor_of(officer))
    print(f"\nreleased to {TOWNS} in {time.perf_counter() - began:.2f} s with {len(asked)} queries")
    assert len(asked) < 120, "the release asks the database the same for 300 as for few"
    assert lesson.alert is not None
    assert lesson.alert.notices.count() == TOWNS - 1 + FIRMS
    assert not lesson.alert.notices.filter(organisation=victim).exists()
    assert Delivery.objects.filter(alert=lesson.alert).count() == TOWNS - 1 + FIRMS
    assert lesson.answers.count() == TOWNS, "the victim's row stands in its provider's table"
    assert lesson.answers.told().count() == TOWNS - 1

    # The first firm looks after 25 towns, the victim among them: its desk answers for all of them on the second day.
    at(monkeypatch, days=2)
    began = time.perf_counter()
    given(lesson, firms[0], towns[0::FIRMS], state="done", looked="not_found")
    print(f"answered for 25 at once in {time.perf_counter() - began:.2f} s")
    # The next one finds something at two, and says so; for the rest it does not apply, on the fourth day.
    at(monkeypatch, days=2)
    given(lesson, firms[1], towns[1::FIRMS][:2], state="need_help", because="It is in the logs", looked="found")
    given(
        lesson,
        firms[1],
        towns[1::FIRMS][2:],
        state="not_applicable",
        because="Nobody enters from outside",
        looked="not_found",
    )
    # Ten towns answer themselves: it is planned.
    for town in towns[2::FIRMS][:10]:
        by = Actor(ActorKind.USER, None, f"SPOC, {town.name}")
        answer = taught.answer_of(lesson, town)
        lessons.answer_lesson(
            answer=answer, by=by, state="planned", planned_on=moment.today() + timedelta(days=60), looked="not_found"
        )

    figures = lesson_figures.of_lesson(lesson)
    told, answered = TOWNS - 1, 24 + 25 + 10
    assert (figures.told, figures.answered, figures.closed, figures.silent) == (
        told,
        answered,
        24 + 23,
        told - answered,
    )
    assert figures.by_providers == 24 + 25
    assert dict(figures.looked) == {"not_found": answered - 2, "found": 2, "not_yet": told - answered}
    assert (figures.days_to_close, [total for _day, total in figures.curve]) == (2.0, [24, 47])
    assert Report.objects.count() == 2
    assert WaitingTask.objects.open().filter(kind="lesson").count() == 2

    _chased(monkeypatch, lesson, silent=told - answered)
    _each_in_its_own_journal(lesson, towns)


def _chased(monkeypatch: pytest.MonkeyPatch, lesson: Lesson, *, silent: int) -> None:
    """Half of the two weeks: the contacts. Three quarters: the ten firms with somebody silent. All of it: the team sees it, once."""
    at(monkeypatch, days=4)
    began = time.perf_counter()
    assert (lessons.chase_due(limit=TOWNS), lessons.chase_due()) == (silent, 0)
    print(f"reminded {silent} contacts in {time.perf_counter() - began:.2f} s")
    assert Delivery.objects.filter(purpose="reminder").count() == silent
    at(monkeypatch, days=4)
    assert (lessons.chase_due(limit=TOWNS), lessons.chase_due()) == (silent, 0)
    assert Delivery.objects.filter(purpose="reminder").count() == silent + FIRMS - 2
    at(monkeypatch, days=4)
    assert (lessons.chase_due(limit=TOWNS), lessons.chase_due()) == (silent, 0)
    assert LessonAnswer.objects.filter(lesson=lesson, chased=3).count() == silent
    assert WaitingTask.objects.open().filter(key=lessons.silent_key(lesson)).count() == 1
    at(monkeypatch, days=30)
    assert lessons.chase_due() == 0
    assert Delivery.objects.filter(purpose="reminder").count() == silent + FIRMS - 2


def _each_in_its_own_journal(lesson: Lesson, towns: list[Organisation]) -> None:
    rows = JournalEntry.objects.filter(verb="lesson.answered")
    assert rows.count() == 25 + 25 + 10
    assert rows.filter(chain=towns[FIRMS].pk).count() == 1
    assert lesson.answers.filter(provider__isnull=False).count() == 50
