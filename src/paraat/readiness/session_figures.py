"""Sessions in figures: invited, registered, came, over all and per province; and feedback, from five answers up. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from paraat.kernel.marking import Viewer
from paraat.readiness.models import Attendance, Session
from paraat.readiness.rules import sessions as rules

COMING = Attendance.State.COMING


def counted(viewer: Viewer) -> QuerySet[Any]:
    """The sessions that `viewer` may see, each with `invited`, `registered`, `waiting`, `declined`, `came` (organisations) and `seats_taken`."""
    seen = Attendance.objects.visible_to(viewer).filter(session=OuterRef("pk"))
    found: QuerySet[Any] = Session.objects.visible_to(viewer).annotate(
        invited=_number(seen),
        registered=_number(seen.filter(state=COMING)),
        waiting=_number(seen.filter(state=Attendance.State.WAITING)),
        declined=_number(seen.filter(state=Attendance.State.DECLINED)),
        came=_number(seen.filter(came=True)),
        seats_taken=_sum(seen.filter(state=COMING)),
    )
    return found


def _number(rows: QuerySet[Any]) -> Coalesce:
    found = rows.order_by().values("session").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


def _sum(rows: QuerySet[Any]) -> Coalesce:
    found = rows.order_by().values("session").annotate(number=Sum("seats")).values("number")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


@dataclass(frozen=True, slots=True)
class Province:
    """One province (its NIS code; empty for those in none) of one session."""

    province: str
    invited: int
    registered: int
    came: int


def per_province(viewer: Viewer, session: Session) -> list[Province]:
    """The figures of one session per province, in one query."""
    rows = (
        Attendance.objects.visible_to(viewer)
        .filter(session=session)
        .values("organisation__province")
        .order_by("organisation__province")
    )
    found = rows.annotate(
        invited=Count("pk"), registered=Count("pk", filter=Q(state=COMING)), came=Count("pk", filter=Q(came=True))
    )
    return [Province(row["organisation__province"], row["invited"], row["registered"], row["came"]) for row in found]


@dataclass(frozen=True, slots=True)
class Thought:
    """What was thought of a session: figures and words, without whose they are."""

    figures: rules.Feedback
    words: tuple[str, ...]


def thought(session: Session) -> Thought | None:
    """None below five answers. The words come in alphabetical order: the order in which they came would say whose they are."""
    rows = list(session.attendances.exclude(rating=None).values_list("rating", "feedback"))
    figures = rules.feedback([rating for rating, _words in rows])
    return Thought(figures, tuple(sorted(words for _rating, words in rows if words))) if figures else None
