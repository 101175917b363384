"""Who could resume, with proof: the critical services of one constituent and of all, beside what was shown of them. Reads only.

A service is proven when a test of the last months (setting PARAAT_CONTINUITY_PROOF_MONTHS) brought it back within the limit that its organisation
decided and that holds today, and there is something to show for it: a drill of the emergency cloud, or a file. A proposed limit is nobody's decision,
so nothing is proven against it. Exercises of the whole region prove nothing about reality.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.readiness import configuration
from paraat.readiness.models import ContinuityTest, CriticalService, TestedService
from paraat.readiness.rules import continuity as rules
from paraat.registry.models import Organisation

Whose = Collection[UUID] | None
"""Organisations of which something is asked; None: all."""
DAYS = 3
"""What "a few days" means where nobody says another number."""
STATES: list[tuple[str, Any]] = [
    (rules.Resumes.ALL.value, _("all of them, with proof")),
    (rules.Resumes.SOME.value, _("some of them")),
    (rules.Resumes.NONE.value, _("none of them")),
    (rules.Resumes.NOTHING.value, _("nothing said")),
]
"""Whether an organisation could resume what must be back in time, in words."""


def window(day: date) -> tuple[date, date]:
    """The first and the last day on which a test counts as proof, as of `day`."""
    return rules.months_before(day, configuration.PROOF_MONTHS.get()), day


# Services -------------------------------------------------------------------------------------------------------------------------
def services(viewer: Viewer, day: date, *, exercise: bool = False, of: Whose = None) -> QuerySet[Any]:
    """The critical services (`of` some organisations, or all) that `viewer` may see, each with `proven` (as of `day`), `proof_on`, `proof_kind`,
    `exercised` (hours of the newest test that has them), `tested_on`, `tested_result` and `contradicts`."""
    newest = _tests(viewer, tested__service=OuterRef("pk"), on__lte=day)
    proofs = _proofs(viewer, day).filter(service=OuterRef("pk")).order_by("-test__on", "-test__recorded_at")
    found: QuerySet[Any] = _own(viewer, exercise, of).annotate(
        proven=_proven(viewer, day, of),
        proof_on=Subquery(proofs.values("test__on")[:1]),
        proof_kind=Subquery(proofs.values("test__kind")[:1]),
        exercised=Subquery(newest.exclude(hours=None).values("hours")[:1]),
        tested_on=Subquery(newest.values("on")[:1]),
        tested_result=Subquery(newest.values("tested__result")[:1]),
        contradicts=_contradicts(),
    )
    return found


def _own(viewer: Viewer, exercise: bool = False, of: Whose = None) -> QuerySet[Any]:
    found: QuerySet[Any] = CriticalService.objects.visible_to(viewer).filter(retired_at=None, exercise=exercise)
    return found if of is None else found.filter(organisation__in=of)


def _contradicts() -> Case:
    return Case(When(rto_hours__gt=F("max_downtime_hours"), then=Value(True)), default=Value(False))


def _tests(viewer: Viewer, *conditions: Q, **more: Any) -> QuerySet[Any]:
    """Tests newest first. All conditions at once: a second `filter` on `tested` would speak of another service of the same test."""
    rows = ContinuityTest.objects.visible_to(viewer).real().filter(*conditions, **more)
    found: QuerySet[Any] = rows.order_by("-on", "-recorded_at")
    return found


def _shown(viewer: Viewer, day: date) -> QuerySet[Any]:
    """The tests of the window that there is something to show for."""
    since, until = window(day)
    return _tests(viewer, Q(kind=ContinuityTest.Kind.DRILL) | ~Q(file=""), on__gte=since, on__lte=until)


def _proofs(viewer: Viewer, day: date, of: Whose = None) -> QuerySet[Any]:
    """What proves services: what `rules.continuity.proves` asks, in SQL, against limits that were decided. Who asks of some organisations says
    so: the proofs of 10,000 took 0.2 s, of one nothing."""
    found: QuerySet[Any] = TestedService.objects.filter(
        result=ContinuityTest.Result.RESUMED,
        test__in=_shown(viewer, day).order_by(),
        test__hours__lte=F("service__max_downtime_hours"),
        service__max_downtime_proposed=False,
    )
    return found if of is None else found.filter(service__organisation__in=of)


def _is_proven(viewer: Viewer, day: date, of: Whose = None) -> Q:
    """One set for the whole query, not a question per service: without statistics of the database 300 towns
    took 20 seconds, and a quarter of one like this."""
    return Q(pk__in=_proofs(viewer, day, of).values("service"))


def _proven(viewer: Viewer, day: date, of: Whose = None) -> Case:
    return Case(When(_is_proven(viewer, day, of), then=Value(True)), default=Value(False))


# The population -------------------------------------------------------------------------------------------------------------------
def population(viewer: Viewer, day: date, days: int, whose: Whose = None) -> QuerySet[Any]:
    """Every constituent of `day` (or of these organisations), each with `critical` (services on file), `due` (those to be back within so many
    days), `proven_due` (of these, those with proof), `contradictions`, `reviewed_on` (the oldest review) and `tested_on`; see `state`."""
    of = _own(viewer).filter(organisation=OuterRef("pk"))
    due = of.filter(_due(days))
    newest = _tests(viewer, organisation=OuterRef("pk"), on__lte=day)
    found: QuerySet[Any] = Organisation.objects.visible_to(viewer).real().constituents().as_of(day).annotate(
        critical=_number(of),
        due=_number(due),
        proven_due=_number(due.filter(_is_proven(viewer, day, whose))),
        contradictions=_number(of.filter(rto_hours__gt=F("max_downtime_hours"))),
        tested_on=Subquery(newest.values("on")[:1]),
        reviewed_on=Subquery(of.exclude(reviewed_on=None).order_by("reviewed_on").values("reviewed_on")[:1]),
    )  # fmt: skip
    return found if whose is None else found.filter(pk__in=whose)


def state(row: Any) -> str:
    """What the counts of a row of `population` come to, a `rules.Resumes`."""
    return _state(row.due, row.proven_due)


def _state(due: int, proven: int) -> str:
    if not due:
        return rules.Resumes.NOTHING.value
    if proven == due:
        return rules.Resumes.ALL.value
    return rules.Resumes.SOME.value if proven else rules.Resumes.NONE.value


def in_state(rows: QuerySet[Any], wanted: str, viewer: Viewer, day: date, days: int) -> QuerySet[Any]:
    """Those of `rows` (organisations) whose state is `wanted`; worked out over everybody at once, not for each."""
    grouped = _grouped(viewer, day, days)
    conditions = {
        rules.Resumes.ALL.value: Q(number=F("proven")),
        rules.Resumes.SOME.value: Q(proven__gt=0, number__gt=F("proven")),
        rules.Resumes.NONE.value: Q(proven=0),
    }
    if wanted in conditions:
        return rows.filter(pk__in=grouped.filter(conditions[wanted]).values("organisation"))
    return rows.exclude(pk__in=grouped.values("organisation"))


def _grouped(viewer: Viewer, day: date, days: int, of: Whose = None) -> QuerySet[Any, dict[str, Any]]:
    """Per organisation how many services must be back within so many days, and how many of these are proven."""
    due = _own(viewer, of=of).filter(_due(days)).annotate(is_proven=_proven(viewer, day, of))
    rows = due.order_by().values("organisation")
    found: QuerySet[Any, dict[str, Any]] = rows.annotate(
        number=Count("pk"), proven=Count("pk", filter=Q(is_proven=True))
    )
    return found


def states(viewer: Viewer, organisations: Collection[UUID], day: date, days: int = DAYS) -> dict[UUID, str]:
    """What each of these organisations comes to, a `rules.Resumes`, in one query; who is not in it said nothing."""
    grouped = _grouped(viewer, day, days, organisations)
    return {row["organisation"]: _state(row["number"], row["proven"]) for row in grouped}


def contradicting(rows: QuerySet[Any], viewer: Viewer, wanted: bool) -> QuerySet[Any]:
    """Those of `rows` with a contradiction among their services, or without."""
    said = Exists(_own(viewer).filter(organisation=OuterRef("pk"), rto_hours__gt=F("max_downtime_hours")))
    return rows.filter(said) if wanted else rows.exclude(said)


def _due(days: int) -> Q:
    """What `rules.continuity.must_return` says, in SQL."""
    return Q(max_downtime_hours=None) | Q(max_downtime_hours__lte=days * 24)


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("organisation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


@dataclass(frozen=True, slots=True)
class Figures:
    """Who could resume: how many of how many, as of a day, and what that means."""

    as_of: date
    days: int
    months: int
    denominator: int
    all: int
    some: int
    none: int
    nothing: int
    definition: str


def figures(rows: QuerySet[Any], viewer: Viewer, day: date, days: int) -> Figures:
    """The figures over `rows` (organisations of `population`), in two queries whatever their number."""
    grouped = _grouped(viewer, day, days).filter(organisation__in=rows.order_by().values("pk"))
    counted = Counter(_state(number, proven) for number, proven in grouped.values_list("number", "proven"))
    denominator, months = rows.order_by().count(), configuration.PROOF_MONTHS.get()
    said = {
        one: counted.get(one, 0)
        for one in (rules.Resumes.ALL.value, rules.Resumes.SOME.value, rules.Resumes.NONE.value)
    }
    return Figures(
        as_of=day, days=days, months=months, denominator=denominator, nothing=denominator - sum(said.values()),
        definition=definition(days, months), **said,
    )  # fmt: skip


def definition(days: int, months: int) -> str:
    """What the figure means, in the reader's language."""
    within = ngettext("%(num)d day", "%(num)d days", days) % {"num": days}
    proof = ngettext("%(num)d month", "%(num)d months", months) % {"num": months}
    text = _(
        "An organisation could resume with proof when each of its critical services that must be back within %(days)s (or of which nobody said how"
        " long it may be gone) was brought back, in a drill, a table-top exercise or a real interruption of the last %(months)s that has a file or"
        " is a drill, within the limit that the organisation decided. Out of all organisations that the team looks after on that day."
    )
    return str(text) % {"days": within, "months": proof}


def as_of() -> date:
    """The day of what is shown: today."""
    return moment.today()


def state_of(viewer: Viewer, organisation: UUID, days: int = DAYS) -> Any:
    """One organisation as `population` has it; None when the viewer may not see it or it is nobody's constituent."""
    return population(viewer, as_of(), days, [organisation]).first()
