"""Who could resume, with proof: the critical services of one constituent and of all, beside what was shown of them. Reads only.

A service is proven when a test of the last months (setting PARAAT_CONTINUITY_PROOF_MONTHS) brought it back within the limit that its organisation
decided and that holds today, and there is something to show for it: a drill of the emergency cloud, or a file. A proposed limit is nobody's decision,
so nothing is proven against it. Exercises of the whole region prove nothing about reality.
"""

from __future__ import annotations

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
def services(viewer: Viewer, day: date, *, exercise: bool = False) -> QuerySet[Any]:
    """The critical services that `viewer` may see, each with `proven` (as of `day`), `proof_on`, `proof_kind`, `exercised` (hours of the newest test
    that has them), `tested_on`, `tested_result` and `contradicts`."""
    tested = _tested(viewer).filter(service=OuterRef("pk"), test__on__lte=day)
    newest = tested.order_by("-test__on", "-test__recorded_at")
    proofs = newest.filter(_proves(day), test__hours__lte=OuterRef("max_downtime_hours"))
    rows = CriticalService.objects.visible_to(viewer).filter(retired_at=None, exercise=exercise)
    found: QuerySet[Any] = rows.annotate(
        has_proof=Exists(proofs),
        proven=Case(When(has_proof=True, max_downtime_proposed=False, then=Value(True)), default=Value(False)),
        proof_on=Subquery(proofs.values("test__on")[:1]),
        proof_kind=Subquery(proofs.values("test__kind")[:1]),
        exercised=Subquery(newest.exclude(test__hours=None).values("test__hours")[:1]),
        tested_on=Subquery(newest.values("test__on")[:1]),
        tested_result=Subquery(newest.values("result")[:1]),
        contradicts=Case(When(rto_hours__gt=F("max_downtime_hours"), then=Value(True)), default=Value(False)),
    )
    return found


def _tested(viewer: Viewer) -> QuerySet[TestedService]:
    seen = ContinuityTest.objects.visible_to(viewer).real()
    return TestedService.objects.filter(test__in=seen)


def _proves(day: date) -> Q:
    """What `rules.continuity.proves` asks, in SQL, but for the limit."""
    since, until = window(day)
    shown = Q(test__kind=ContinuityTest.Kind.DRILL) | ~Q(test__file="")
    return Q(result=ContinuityTest.Result.RESUMED, test__on__gte=since, test__on__lte=until) & shown


# The population -------------------------------------------------------------------------------------------------------------------
def population(viewer: Viewer, day: date, days: int) -> QuerySet[Any]:
    """Every constituent of `day`, each with `critical` (services on file), `due` (those to be back within so many days), `proven_due` (of these,
    those with proof), `contradictions`, `state` (a `rules.Resumes`), `reviewed_on` (the oldest review) and `tested_on`."""
    of = services(viewer, day).filter(organisation=OuterRef("pk"))
    due = of.filter(_due(days))
    newest = ContinuityTest.objects.visible_to(viewer).real().filter(organisation=OuterRef("pk"), on__lte=day)
    rows = Organisation.objects.visible_to(viewer).real().constituents().as_of(day).annotate(
        critical=_number(of),
        due=_number(due),
        proven_due=_number(due.filter(proven=True)),
        contradictions=_number(of.filter(contradicts=True)),
        tested_on=Subquery(newest.order_by("-on").values("on")[:1]),
        reviewed_on=Subquery(of.exclude(reviewed_on=None).order_by("reviewed_on").values("reviewed_on")[:1]),
    )  # fmt: skip
    found: QuerySet[Any] = rows.annotate(
        state=Case(
            When(due=0, then=Value(rules.Resumes.NOTHING.value)),
            When(proven_due=F("due"), then=Value(rules.Resumes.ALL.value)),
            When(proven_due=0, then=Value(rules.Resumes.NONE.value)),
            default=Value(rules.Resumes.SOME.value),
        )
    )
    return found


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


def figures(rows: QuerySet[Any], day: date, days: int) -> Figures:
    """The figures over `rows` of `population`, in one query."""
    counted = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    numbers = {state: counted.get(state, 0) for state, _words in STATES}
    months = configuration.PROOF_MONTHS.get()
    return Figures(
        as_of=day,
        days=days,
        months=months,
        denominator=sum(numbers.values()),
        definition=definition(days, months),
        **numbers,
    )


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
    return population(viewer, as_of(), days).filter(pk=organisation).first()
