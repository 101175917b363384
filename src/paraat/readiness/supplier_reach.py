"""If a supplier fails: which critical services of which constituents stop, directly and through what they need. Reads only.

The lists are TLP:AMBER+STRICT like the services in them: the constituent itself, the team and its auditor. A supplier is told how many of its
customers named it, from five customers up and nothing else: which town cannot do without it, and for how long, is the town's to say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from paraat.kernel.marking import Viewer
from paraat.readiness.continuity_picture import needs_of
from paraat.readiness.models import CriticalService
from paraat.readiness.rules import continuity as rules
from paraat.registry.models import Organisation

FEWEST = 5
"""Customers from which on a supplier reads a number: of fewer it could say whom it speaks of."""


@dataclass(frozen=True, slots=True)
class Stops:
    """A service that stops, and whether it is the supplier's directly or needs one that is."""

    service: Any
    direct: bool


def named(viewer: Viewer) -> QuerySet[Any]:
    """Suppliers that a critical service names, each with `services` and `constituents`, how many name it directly."""
    seen = _services(viewer)
    links = CriticalService.suppliers.through.objects.filter(criticalservice__in=seen)
    rows = Organisation.objects.visible_to(viewer).filter(Exists(links.filter(organisation=OuterRef("pk"))))
    found: QuerySet[Any] = rows.annotate(
        services=_count(seen, "pk"),
        constituents=_count(seen, "organisation"),
        shortest=_shortest(seen),
    )
    return found


def _count(seen: QuerySet[Any], what: str) -> Any:
    rows = (
        seen.filter(suppliers=OuterRef("pk")).order_by().values("suppliers").annotate(number=Count(what, distinct=True))
    )
    return Coalesce(Subquery(rows.values("number")[:1], output_field=IntegerField()), Value(0))


def _shortest(seen: QuerySet[Any]) -> Any:
    rows = seen.filter(suppliers=OuterRef("pk")).exclude(max_downtime_hours=None).order_by("max_downtime_hours")
    return Subquery(rows.values("max_downtime_hours")[:1])


def stops(viewer: Viewer, supplier: Organisation) -> list[Stops]:
    """Every service that stops when `supplier` fails, of the constituents that `viewer` may see; the shortest limit first."""
    seen = _services(viewer)
    direct = set(seen.filter(suppliers=supplier).values_list("pk", flat=True))
    hit = seen.filter(organisation__in=seen.filter(suppliers=supplier).values("organisation"))
    rows = {row.pk: row for row in hit.select_related("organisation")}
    gone = rules.stopped(direct, needs_of(rows))
    found = [Stops(rows[key], key in direct) for key in gone]
    return sorted(
        found, key=lambda one: (one.service.max_downtime_hours or 0, one.service.organisation.name, one.service.name)
    )


def _services(viewer: Viewer) -> QuerySet[CriticalService]:
    found: QuerySet[CriticalService] = CriticalService.objects.visible_to(viewer).real().filter(retired_at=None)
    return found


def told(supplier: Collection[UUID]) -> tuple[int, int] | None:
    """For a supplier itself: how many customers named it and with how many services; None while there are fewer than five customers."""
    rows = CriticalService.objects.real().filter(retired_at=None, suppliers__in=list(supplier))
    counted = rows.aggregate(customers=Count("organisation", distinct=True), services=Count("pk", distinct=True))
    return (counted["customers"], counted["services"]) if counted["customers"] >= FEWEST else None
