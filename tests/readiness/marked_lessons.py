"""How the tests make lessons and the rows of who was asked. Every row was also told to town 3 as a service provider, which reads it only where it
may read along."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

from paraat.kernel.marking import WATCHES, Marking, Tlp, Viewer, may_see
from paraat.platform import moment
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider

_number = count(1)
PROVIDER = UUID(int=3)


def _blank(state: str = "released", **more: Any) -> Lesson:
    return Lesson.objects.create(
        number=f"L2026-{next(_number):06}", created_at=moment.now(), created_by="", state=state, **more
    )


def lesson(place: int, **marking: Any) -> Lesson:
    """A lesson that one organisation was asked to answer; of the house: nobody was. Every third one is still a draft."""
    made = _blank("released" if next(_number) % 3 else "draft", **marking)
    if place:
        LessonAnswer.objects.create(lesson=made, organisation_id=UUID(int=place))
    return made


def answer(place: int, **marking: Any) -> LessonAnswer:
    """The row of one organisation; every third one is of a victim that was left out, every second one was answered by the provider."""
    number = next(_number)
    made = _blank()
    LessonProvider.objects.create(lesson=made, provider_id=PROVIDER)
    provider = UUID(int=2) if number % 2 else None
    return LessonAnswer.objects.create(
        lesson=made, organisation_id=UUID(int=place), told=bool(number % 3), provider_id=provider, **marking
    )


def _asked(row: Lesson) -> Iterator[UUID | None]:
    yield None
    yield from row.answers.filter(told=True).values_list("organisation", flat=True)


def _reads_lesson(viewer: Viewer, row: Lesson) -> bool:
    """A draft only for the team and auditors."""
    if row.state == "draft" and not viewer.has(*WATCHES):
        return False
    return any(may_see(viewer, Marking(Tlp(row.tlp), row.exercise, one)) for one in _asked(row))


def _reads(viewer: Viewer, row: LessonAnswer) -> bool:
    """By the marking, for the one asked and for who answered; and a provider that was told, of a customer that agreed."""
    whose = [row.organisation_id if row.told else None, row.provider_id]
    if any(may_see(viewer, Marking(Tlp(row.tlp), row.exercise, one)) for one in whose):
        return True
    return PROVIDER in viewer.own and row.organisation_id in viewer.clients


MAKERS = {Lesson: lesson, LessonAnswer: answer}
HAS_HOUSE = {Lesson}
ALLOWED = {Lesson: _reads_lesson, LessonAnswer: _reads}
