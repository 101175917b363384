"""Drills: the list, one drill with its times, and what is claimed beside what was exercised, across the population."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.cloud import drill_papers
from paraat.cloud.actions import drills
from paraat.cloud.data_forms import DrillForm
from paraat.cloud.models import Drill, Preparation
from paraat.cloud.rules import recovery
from paraat.cloud.views.reading import READS, WATCHES, WORKS, found, works
from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.platform.panels import render as panel
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.registry.models import Organisation

LOOKS = {"waiting": "waiting", "running": "waiting", "passed": "known", "failed": "silent"}
BARS = {"start": "waiting", "health": "calm", "restore": "known", "proof": "none"}
"""How each stretch is drawn; words stand beside."""
OVER_TIME = 24


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every drill that the reader may see."""
    table = Table(
        request,
        Drill.objects.visible_to(request.viewer).select_related("organisation"),
        name="drills",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("organisation", gettext_lazy("For whom"), sort="organisation__name", value=lambda row: row.organisation.name),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("rto", gettext_lazy("Exercised RTO (min)"), value=minutes, number=True),
            Column("target_rto_minutes", gettext_lazy("Target (min)"), sort="target_rto_minutes", number=True),
            Column("claimed_rto_minutes", gettext_lazy("Claimed (min)"), sort="claimed_rto_minutes", number=True),
            Column("bytes", gettext_lazy("Megabytes"), sort="bytes", value=lambda row: round(row.bytes / recovery.MEGABYTE, 1), number=True),
            Column("speed", gettext_lazy("MB/s"), value=speed, number=True),
            Column("requested_at", gettext_lazy("When"), sort="requested_at"),
        ],
        search=["number", "organisation__name", "organisation__nis", "error"],
        filters=[
            Filter("state", gettext_lazy("State"), Drill.State.choices),
            Filter("target", gettext_lazy("Target"), [("met", gettext_lazy("met")), ("missed", gettext_lazy("missed"))], apply=_target),
            Filter("sample", gettext_lazy("Data"), [("no", gettext_lazy("a backup")), ("yes", gettext_lazy("sample data"))], apply=_sample),
            WORLD,
        ],
        order="-requested_at",
        empty=gettext_lazy("No drill yet. What is claimed is not measured."),
        hint=gettext_lazy("A drill is started from the page of an organisation's drills, or by its schedule."),
    )  # fmt: skip
    return table.answer(
        "cloud/drills/list.html",
        {"looks": LOOKS, "minutes": minutes, "speed": speed, "watches": request.viewer.has(*WATCHES)},
    )


def _target(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Whether the time until proven is within the target, in whole minutes as everywhere."""
    taken: QuerySet[Any] = rows.filter(state=Drill.State.PASSED).alias(took=F("verified_at") - F("requested_at"))
    within = _span("target_rto_minutes")
    return taken.filter(took__lte=within) if value == "met" else taken.filter(took__gt=within)


def _span(field: str) -> Any:
    """A number of minutes as a length of time."""
    return ExpressionWrapper(F(field) * timedelta(minutes=1), output_field=DurationField())


def _sample(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(sample=value == "yes")


def minutes(row: Drill) -> int | None:
    """The exercised RTO: of a drill that passed only."""
    return recovery.recovery(drills.times(row), row.bytes).minutes if row.state == Drill.State.PASSED else None


def speed(row: Drill) -> float | None:
    """Megabytes per second of the restore."""
    found_speed = recovery.recovery(drills.times(row), row.bytes).megabytes_per_second
    return round(found_speed, 1) if found_speed else None


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One drill: how long each stretch took, what was proven, and what it does not prove."""
    row = _drill(request, pk)
    took = recovery.recovery(drills.times(row), row.bytes)
    context = {
        "drill": row,
        "took": took,
        "bars": [(BARS[leg.name], leg.seconds) for leg in took.legs],
        "legs": [
            (BARS[leg.name], drill_papers.LEGS[leg.name], drill_papers.duration(leg.seconds)) for leg in took.legs
        ],
        "altogether": drill_papers.duration(took.seconds),
        "within": recovery.within(took.minutes, row.target_rto_minutes) if row.state == Drill.State.PASSED else None,
        "speed": speed(row),
        "limits": drill_papers.limits(row),
        "looks": LOOKS,
        "works": works(request),
    }
    return render(request, "cloud/drills/one.html", context)


def _drill(request: Request, pk: UUID) -> Drill:
    rows = Drill.objects.visible_to(request.viewer).select_related("organisation", "tenant", "backup")
    row: Drill = found(rows, pk)
    return row


@require_POST
@allow(*READS)
def certificate(request: Request, pk: UUID) -> HttpResponse:
    """The certificate of a drill that passed, as PDF; who takes it is written down."""
    row = _drill(request, pk)
    made = attempt(request, lambda: drill_papers.certificate(row, language=language()))
    if made is None:
        return HttpResponseRedirect(reverse("drill", args=[pk]))
    drills.note_certificate(drill=row, by=request.actor)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    return answer


# One organisation, over time ------------------------------------------------------------------------------------------------------
@require_safe
@allow(*READS)
def of_organisation(request: Request, pk: UUID) -> HttpResponse:
    """The drills of one organisation over time, beside its target and what it claims."""
    organisation: Organisation = found(Organisation.objects.visible_to(request.viewer), pk)
    rows = list(Drill.objects.visible_to(request.viewer).filter(organisation=organisation)[:OVER_TIME])
    most = max([minutes(row) or 0 for row in rows] + [row.target_rto_minutes for row in rows], default=1)
    context = {
        "organisation": organisation,
        "lines": [
            (row, took := minutes(row), [("known", took), ("calm", most - took)] if took else []) for row in rows
        ],
        "preparation": Preparation.objects.visible_to(request.viewer).filter(organisation=organisation).first(),
        "form": DrillForm(),
        "looks": LOOKS,
        "works": works(request),
    }
    return render(request, "cloud/drills/organisation.html", context)


@require_POST
@allow(*WORKS)
def new(request: Request, pk: UUID) -> HttpResponse:
    """Start a drill now."""
    organisation: Organisation = found(Organisation.objects.visible_to(request.viewer), pk)
    because = request.POST.get("because", "")[:200]
    attempt(
        request,
        lambda: drills.drill(organisation=organisation, by=request.actor, because=because),
        _("The drill has begun."),
    )
    return HttpResponseRedirect(reverse("drills_of", args=[pk]))


# Claimed and exercised ------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def claimed(request: Request) -> HttpResponseBase:
    """What every organisation claims, what was exercised last, and who never had a drill that passed."""
    passed = (
        Drill.objects.visible_to(request.viewer).real().filter(organisation=OuterRef("pk"), state=Drill.State.PASSED)
    )
    last, own = (
        passed.order_by("-requested_at"),
        Preparation.objects.visible_to(request.viewer).real().filter(organisation=OuterRef("pk")),
    )
    rows = Organisation.objects.visible_to(request.viewer).constituents().as_of(moment.today()).annotate(
        claims=Subquery(own.values("claimed_rto_minutes")[:1]),
        target=Subquery(own.values("target_rto_minutes")[:1]),
        exercised=Subquery(last.annotate(took=F("verified_at") - F("requested_at")).values("took")[:1]),
        computed=Subquery(last.values("extrapolated_minutes")[:1]),
        drilled_at=Subquery(last.values("requested_at")[:1]),
        failed=Exists(Drill.objects.visible_to(request.viewer).real().filter(organisation=OuterRef("pk"), state=Drill.State.FAILED)),
    )  # fmt: skip
    table = Table(
        request,
        rows,
        name="claimed-and-exercised",
        columns=[
            Column("name", gettext_lazy("Organisation"), sort="name"),
            Column("claims", gettext_lazy("Claimed (min)"), sort="claims", number=True),
            Column("target", gettext_lazy("Target (min)"), sort="target", number=True),
            Column("exercised", gettext_lazy("Exercised (min)"), sort="exercised", value=exercised, number=True),
            Column("computed", gettext_lazy("Computed for its own data (min)"), sort="computed", number=True),
            Column("drilled_at", gettext_lazy("Last drill that passed"), sort="drilled_at"),
        ],
        search=["name", "nis"],
        filters=[Filter("which", gettext_lazy("Which"), _WHICH, apply=_which)],
        order="name",
    )
    return table.answer(
        "cloud/drills/claimed.html", {"exercised": exercised, "figures": _figures(rows), "as_of": moment.now()}
    )


_WHICH = [
    ("never", gettext_lazy("never exercised")),
    ("worse", gettext_lazy("exercised slower than claimed")),
    ("failed", gettext_lazy("a drill failed")),
]


def _which(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "never":
        return rows.filter(drilled_at=None)
    if value == "failed":
        return rows.filter(failed=True)
    return rows.filter(exercised__gt=_span("claims"))


def exercised(row: Any) -> int | None:
    """Whole minutes, rounded up."""
    took = row.exercised
    return None if took is None else max(1, -int(-took.total_seconds() // 60))


def _figures(rows: QuerySet[Any]) -> dict[str, int]:
    """How many claim something, and how many ever showed it; the denominator is the population of today."""
    return {
        "all": rows.count(),
        "claim": rows.filter(claims__isnull=False).count(),
        "exercised": rows.exclude(drilled_at=None).count(),
        "worse": _which(rows, "worse").count(),
    }


# On the tenant's page -------------------------------------------------------------------------------------------------------------
def tenant_panel(viewer: Viewer, tenant: Any) -> str | None:
    """The drill that a throw-away tenant is for."""
    row = Drill.objects.visible_to(viewer).filter(tenant=tenant).first() if tenant.kind == "drill" else None
    return panel("cloud/drills/panel.html", {"drill": row, "looks": LOOKS}) if row else None
