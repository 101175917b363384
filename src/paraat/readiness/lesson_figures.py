"""What became of a lesson: its figures, from the rows that its lists show. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from paraat.alerts.rules.night import ZONE
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.readiness.rules import closing

_WIDE, _HIGH = 1000, 200
CLOSED = Q(answers__state__in=sorted(LessonAnswer.CLOSES))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The curve as a line in a box of 1000 by 200; what a reader of figures needs stands in `Figures.curve`."""

    points: str
    top: int


def of_lesson(lesson: Lesson) -> closing.Figures:
    """The figures of one lesson, in one query. An exercise is counted among its own kind; the victim that was left out is not."""
    rows = LessonAnswer.objects.told().filter(lesson=lesson, exercise=lesson.exercise)
    columns = ("state", "answered_at", "closed_at", "acknowledged_at", "looked", "provider")
    replies = (
        closing.Reply(state, answered, closed, seen is not None, looked, provider is not None)
        for state, answered, closed, seen, looked, provider in rows.values_list(*columns).iterator(chunk_size=2000)
    )
    return closing.figures(replies, lesson.released_at, ZONE)


def counted(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Each lesson with `told`, `closed` and `silent`, for a list."""
    told = Q(answers__told=True)
    return rows.annotate(
        told=Count("answers", filter=told),
        closed=Count("answers", filter=told & CLOSED),
        silent=Count("answers", filter=told & Q(answers__state=LessonAnswer.State.OPEN)),
    )


def drawn(figures: closing.Figures, lesson: Lesson) -> Drawn | None:
    """The line of how many had closed it, from the day of release; None while nobody has."""
    if not figures.curve or lesson.released_at is None:
        return None
    start = lesson.released_at.astimezone(ZONE).date()
    span = max((figures.curve[-1][0] - start).days, 1)
    points, last = [(0.0, 0)], 0
    for day, total in figures.curve:
        at = (day - start).days * _WIDE / span
        points += [(at, last), (at, total)]
        last = total
    points.append((_WIDE, last))
    return Drawn(" ".join(f"{x:.1f},{_HIGH - y * _HIGH / figures.told:.1f}" for x, y in points), figures.told)


def open_counts(organisations: Iterable[UUID]) -> dict[UUID, int]:
    """How many lessons wait for an answer of each; real ones."""
    rows = LessonAnswer.objects.real().silent().filter(organisation__in=list(organisations))
    return dict(rows.values_list("organisation").annotate(number=Count("pk")).order_by())
