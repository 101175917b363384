"""Who opens pages of lessons, and the rows that they may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.kernel.marking import ROOM, Role
from paraat.platform.guard import Request
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider

READS = (*sorted(ROOM), Role.SPOC, Role.PROVIDER)
"""Who opens a lesson; `visible_to` decides which."""


def lessons_of(request: Request) -> Any:
    """The lessons that the reader may see."""
    return Lesson.objects.visible_to(request.viewer)


def lesson_of(request: Request, pk: UUID) -> Lesson:
    """The lesson, or 404. Case, exercise and victim are loaded for who may know of them only."""
    rows = lessons_of(request)
    if watches(request):
        rows = rows.select_related("case", "played", "alert", "control__edition", "author", "approved_by", "corrects")
    lesson: Lesson = found(rows, pk)
    return lesson


def own_answers(request: Request) -> Any:
    """The rows of the reader's own organisations; not that of a lesson which was learnt from them and not told to them."""
    rows = LessonAnswer.objects.visible_to(request.viewer).told().filter(organisation__in=request.viewer.own)
    return rows.select_related("lesson", "organisation", "provider")


def answers_of(request: Request) -> Any:
    """The rows that the reader may open: all that he sees for the team, else his own."""
    if not watches(request):
        return own_answers(request)
    return LessonAnswer.objects.visible_to(request.viewer).select_related(
        "lesson", "organisation", "provider", "report"
    )


def provided(request: Request, pk: UUID) -> LessonProvider:
    """How the reader's firm was told of this lesson, or 404."""
    rows = LessonProvider.objects.filter(lesson=pk, provider__in=request.viewer.own).exclude(
        lesson__state=Lesson.State.DRAFT
    )
    told: LessonProvider | None = rows.select_related("lesson", "provider").order_by("pk").first()
    if told is None or not Lesson.objects.visible_to(request.viewer).filter(pk=pk).exists():
        raise Http404
    return told


def watches(request: Request) -> bool:
    """Whether the reader knows of cases and of who answered what."""
    return request.viewer.has(*WATCHES)


def works(request: Request) -> bool:
    """Whether the reader decides."""
    return request.viewer.has(*WORKS)


__all__ = [
    "READS",
    "WATCHES",
    "WORKS",
    "answers_of",
    "found",
    "lesson_of",
    "lessons_of",
    "own_answers",
    "provided",
    "watches",
    "works",
]
