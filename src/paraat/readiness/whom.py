"""Whom a lesson concerns: the constituents of its audience, the victim among them, and the service providers that supply them. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.utils.translation import gettext as _

from paraat.alerts.audience import recipients
from paraat.alerts.rules import content, holds
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.readiness import recognising
from paraat.readiness.models import CriticalService, Lesson
from paraat.registry.models import Organisation, OrganisationQuerySet, Supply

SHORTEST = 2
"""Letters of a technology: one letter would be everybody."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told at release. `left_out`: the victim that it was learnt from, which gets a row and no message."""

    constituents: tuple[Organisation, ...]
    providers: tuple[Organisation, ...]
    left_out: tuple[Organisation, ...]

    @property
    def needs_second(self) -> bool:
        """Whether a second person has to approve, as for announcements."""
        return holds.needs_second(len(self.constituents) + len(self.providers))


def concerned(audience: Mapping[str, Any]) -> OrganisationQuerySet:
    """The constituents of an audience as of today: as `alerts.audience.recipients` says, and `{"technology": words}`: those whose suppliers
    deliver it, or whose critical services run on it. Several narrow it down. Raises Invalid for what is not understood."""
    others = {key: value for key, value in audience.items() if key != "technology"}
    rows = recipients(others or ({"all": True} if "technology" in audience else {}))
    if "technology" not in audience:
        return rows
    words = str(audience["technology"]).strip()
    if len(words) < SHORTEST:
        raise Invalid("Name the technology", field="technology")
    delivered = Supply.objects.as_of(moment.today()).filter(customer=OuterRef("pk"), what__icontains=words)
    joined = Func(F("systems"), Value(" | "), function="array_to_string", output_field=TextField())
    runs = CriticalService.objects.filter(organisation=OuterRef("pk"), retired_at=None, exercise=False)
    found: OrganisationQuerySet = rows.filter(
        Q(Exists(delivered)) | Q(Exists(runs.annotate(joined=joined).filter(joined__icontains=words)))
    )
    return found


def telling(lesson: Lesson) -> Telling:
    """Whom the release of this lesson tells, as things stand now."""
    rows = list(concerned(lesson.audience).order_by("name"))
    learnt_from = set() if lesson.tells_source or lesson.case_id is None else set(recognising.sources(lesson))
    told = tuple(one for one in rows if one.pk not in learnt_from)
    left_out = tuple(one for one in rows if one.pk in learnt_from)
    return Telling(told, suppliers(told, tlp=lesson.tlp), left_out)


def suppliers(constituents: Collection[Organisation], *, tlp: int) -> tuple[Organisation, ...]:
    """The service providers of these constituents, as members of the community in their own right: up to TLP:GREEN, and none above it, since AMBER
    does not cover suppliers. Who is a constituent that is told itself is not told twice."""
    if not content.may_show_provider(tlp):
        return ()
    told = {one.pk for one in constituents}
    supplies = Supply.objects.as_of(moment.today()).filter(customer__in=told)
    rows = Organisation.objects.as_of(moment.today()).filter(pk__in=supplies.values("supplier"))
    return tuple(one for one in rows.order_by("name") if one.pk not in told)


def consenting(provider: UUID) -> set[UUID]:
    """The customers of this provider that agreed that it reads along, and so answers for them."""
    rows = Supply.objects.as_of(moment.today()).filter(supplier=provider, consent=True)
    return set(rows.values_list("customer", flat=True))


def in_words(audience: Mapping[str, Any]) -> str:
    """An audience as people say it."""
    from paraat.alerts.views import announcements  # views need the addresses, which are read later

    others = {key: value for key, value in audience.items() if key != "technology"}
    said = [announcements.in_words(others)] if others and others != {"all": True} else []
    if "technology" in audience:
        said.append(_("who uses %(technology)s") % {"technology": audience["technology"]})
    return ", ".join(said) or _("everybody")
