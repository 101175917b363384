"""The continuity of one constituent as its page, its sheet and its API show it: services, what contradicts what, what needs what, and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from paraat.kernel.marking import Viewer
from paraat.readiness import resuming
from paraat.readiness.models import ContinuityTest, CriticalService, Dependency, TestedService
from paraat.readiness.rules import continuity as rules
from paraat.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Line:
    """One service: the row (with what `resuming.services` adds), what it needs, and what of that is slower than itself."""

    service: Any
    needs: tuple[Any, ...]
    slower: tuple[Any, ...]
    in_circle: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it, in the order in which services must be back."""

    lines: tuple[Line, ...]
    circles: tuple[tuple[Any, ...], ...]
    reviewed_on: date | None
    """The oldest review among the services; None while one was never looked through."""
    proposals: int
    """Limits that nobody decided yet."""


def picture(viewer: Viewer, organisation: Organisation, day: date, *, exercise: bool = False) -> Picture:
    """The picture as of `day`, in three queries."""
    found = resuming.services(viewer, day, exercise=exercise, of=[organisation.pk])
    rows = list(found.prefetch_related("suppliers").order_by("max_downtime_hours", "name"))
    by_key = {row.pk: row for row in rows}
    needs = needs_of(by_key)
    said = {row.pk: rules.Service(row.max_downtime_hours, row.rto_hours) for row in rows}
    rings = rules.cycles(needs)
    turning = {key for ring in rings for key in ring}
    lines = tuple(
        Line(
            service=row,
            needs=tuple(by_key[key] for key in needs.get(row.pk, ())),
            slower=tuple(by_key[key] for key in rules.slower(row.pk, said, needs)),
            in_circle=row.pk in turning,
        )
        for row in rows
    )
    reviews = [row.reviewed_on for row in rows]
    return Picture(
        lines=lines,
        circles=tuple(tuple(by_key[key] for key in sorted(ring, key=lambda key: by_key[key].name)) for ring in rings),
        reviewed_on=min((one for one in reviews if one), default=None) if all(reviews) else None,
        proposals=sum(1 for row in rows if row.max_downtime_proposed),
    )


def needs_of(keys: Any) -> dict[UUID, list[UUID]]:
    """What each of these services needs, directly, among these services."""
    found: dict[UUID, list[UUID]] = {}
    rows = Dependency.objects.filter(service__in=list(keys), needs__in=list(keys)).order_by("needs__name")
    for service, needed in rows.values_list("service_id", "needs_id"):
        found.setdefault(service, []).append(needed)
    return found


def tests_of(viewer: Viewer, organisation: Organisation) -> list[ContinuityTest]:
    """The tests of an organisation that `viewer` may see, newest first, each with `tested` and their services."""
    seen = CriticalService.objects.visible_to(viewer)
    rows = ContinuityTest.objects.visible_to(viewer).filter(organisation=organisation).select_related("drill")
    tested = TestedService.objects.filter(service__in=seen).select_related("service").order_by("service__name")
    return list(rows.prefetch_related(Prefetch("tested", tested))[:100])
