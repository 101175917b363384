"""What the pages of exercises share: who sees which exercise and which of its injects, and injects as a reader wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from paraat.exercises.measured import clock_of, parts_of
from paraat.exercises.models import Exercise, Inject
from paraat.exercises.rules.timing import words
from paraat.kernel.marking import MEMBERS, Role, Viewer
from paraat.platform import moment
from paraat.platform.guard import Request
from paraat.platform.jinja import in_language
from paraat.registry.models import Organisation

PLAYS = tuple(MEMBERS)
"""Who may open an exercise; which of them, `visible_to` decides."""
LEADS = (Role.DUTY_OFFICER, Role.COORDINATOR)
"""Who may plan one, and lead the one that he planned; a coordinator leads any."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An inject in the reader's language, with the names of who plays."""

    row: Inject
    title: str
    text: str
    about: Organisation | None
    minute: str
    late: bool  # an answer should be there by now, and is not

    @property
    def answers(self) -> list[Any]:
        """Who answered, first ones first."""
        return list(self.row.responses.all())


def exercise_of(request: Request, pk: UUID) -> Exercise:
    """An exercise that this person may see, else 404."""
    found: Exercise | None = Exercise.objects.visible_to(request.viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def leads(viewer: Viewer, exercise: Exercise) -> bool:
    """Whether this person sees what is still to come: whoever planned it, and a coordinator."""
    return viewer.has(Role.COORDINATOR) or (viewer.has(Role.DUTY_OFFICER) and viewer.user == exercise.leader_id)


def led_by(request: Request, pk: UUID) -> Exercise:
    """An exercise that this person leads, else 404: who plays in it does not read ahead."""
    exercise = exercise_of(request, pk)
    if not leads(request.viewer, exercise):
        raise Http404
    return exercise


def shown(exercise: Exercise, rows: Any) -> list[Shown]:
    """Injects with their words."""
    parts, minute = parts_of(exercise), clock_of(exercise).at(moment.now())
    return [_shown(one, parts, minute) for one in rows.prefetch_related("responses__organisation")]


def came_in(viewer: Viewer, exercise: Exercise) -> list[Shown]:
    """What was played and concerns the viewer, newest first: the team and who watches it see all, an organisation what is about it or asked of it."""
    rows = exercise.injects.filter(failed="").exclude(played_at=None).order_by("-played_at", "-minute")
    found = shown(exercise, rows)
    if viewer.is_team or viewer.has(Role.AUDITOR):
        return found
    own = {key for key, one in exercise.parts.items() if UUID(one) in viewer.own}
    return [one for one in found if own & {one.row.part, *one.row.asked}]


def _shown(row: Inject, parts: Mapping[str, Organisation], minute: float) -> Shown:
    asked = max(len(row.asked), 1)
    waits = row.expects and row.played_at and not row.failed and len(row.responses.all()) < asked
    return Shown(
        row=row,
        title=_named(in_language(row.title), parts),
        text=_named(in_language(row.payload.get("text")), parts),
        about=parts.get(row.part),
        minute=words(row.minute),
        late=bool(waits and minute > (row.played_minute or 0) + (row.within_minutes or 0)),
    )


def _named(text: str, parts: Mapping[str, Organisation]) -> str:
    for key, organisation in parts.items():
        text = text.replace(f"{{{key}}}", organisation.name)
    return text


def clock_words(exercise: Exercise, now: datetime) -> str:
    """What the clock shows."""
    return words(clock_of(exercise).at(now))
