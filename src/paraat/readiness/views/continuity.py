"""Continuity over the whole population, for the team: who could resume, every critical service, and what stops when a supplier does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import WATCHES, Role
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.tables import Column, Filter, Table, export
from paraat.readiness import critical_services, resuming, supplier_reach
from paraat.readiness.models import ContinuityTest, CriticalService
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

DAYS = [(str(days), str(days)) for days in (1, 2, 3, 5, 7, 14, 30)]
STATE_LOOKS = {"all": "known", "some": "waiting", "none": "silent", "nothing": "none"}
RESULT_LOOKS = {"resumed": "known", "late": "silent", "not": "silent", "unknown": "none"}


# Who could resume -----------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def population(request: Request) -> HttpResponseBase:
    """Every constituent: what it must have back within some days, and what of that was shown."""
    days, day = _days(request), resuming.as_of()
    words = dict(resuming.STATES)

    def in_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return resuming.in_state(rows, value, request.viewer, day, days)

    def contradicting(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return resuming.contradicting(rows, request.viewer, value == "yes")

    table = Table(
        request,
        resuming.population(request.viewer, day, days),
        name="who-could-resume",
        columns=[
            Column("name", _("Organisation"), sort="name"),
            Column("province", _("Province"), value=lambda row: PROVINCES.get(row.province, ""), sort="province"),
            Column("state", _("Could resume"), value=lambda row: words[resuming.state(row)]),
            Column("due", _("Must be back"), sort="due", number=True),
            Column("proven_due", _("Of these shown"), sort="proven_due", number=True),
            Column("critical", _("Critical services"), sort="critical", number=True),
            Column("contradictions", _("Contradictions"), sort="contradictions", number=True),
            Column("reviewed_on", _("Reviewed"), sort="reviewed_on"),
            Column("tested_on", _("Last test"), sort="tested_on"),
        ],
        search=["name", "nis"],
        filters=[
            Filter("days", _("Within so many days"), DAYS, apply=lambda rows, _value: rows),
            Filter("state", _("Could resume"), resuming.STATES, apply=in_state),
            Filter("kind", _("Kind"), Organisation.Kind.choices),
            Filter("province", _("Province"), list(PROVINCES.items())),
            Filter("contradiction", _("Contradictions"), [("yes", _("some")), ("no", _("none"))], apply=contradicting),
        ],
        order="name",
        empty=_("No organisation is on file yet."),
    )
    shown = resuming.figures(_without_state(table), request.viewer, day, days)
    context = {
        "figures": shown,
        "words": words,
        "looks": STATE_LOOKS,
        "provinces": PROVINCES,
        "days": days,
        "state_of": resuming.state,
    }
    return table.answer("readiness/continuity/population.html", context)


def _days(request: Request) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in dict(DAYS) else resuming.DAYS


def _without_state(table: Table) -> QuerySet[Any]:
    """What the other filters leave: the figures speak of the same organisations, whichever of them is opened as a list."""
    rows = table.rows
    for one in table.filters:
        if one.name != "state" and one.name in table.chosen:
            rows = one.narrow(rows, table.chosen[one.name])
    return rows


# Every service --------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def services(request: Request) -> HttpResponseBase:
    """The critical services of everybody."""
    rows = resuming.services(request.viewer, resuming.as_of()).select_related("organisation")
    table = Table(
        request,
        rows,
        name="critical-services",
        columns=[
            Column("organisation", _("Organisation"), value=lambda row: row.organisation.name, sort="organisation__name"),
            Column("name", _("Service"), sort="name"),
            Column("limit", _("At most gone, hours"), value=lambda row: row.max_downtime_hours, sort="max_downtime_hours", number=True),
            Column("proposed", _("Limit is a proposal"), value=lambda row: row.max_downtime_proposed),
            Column("claimed", _("Claimed, hours"), value=lambda row: row.rto_hours, sort="rto_hours", number=True),
            Column("lost", _("Work lost, hours"), value=lambda row: row.rpo_hours, sort="rpo_hours", number=True),
            Column("contradicts", _("Contradiction")),
            Column("exercised", _("Shown, hours"), value=lambda row: _number(row.exercised), sort="exercised", number=True),
            Column("tested_on", _("Last test"), sort="tested_on"),
            Column("result", _("Result"), value=lambda row: RESULTS.get(row.tested_result, "")),
            Column("proven", _("Proven")),
            Column("on_paper", _("Workaround on paper")),
            Column("reviewed_on", _("Reviewed"), sort="reviewed_on"),
        ],
        search=["name", "organisation__name", "organisation__nis"],
        filters=[
            Filter("kind", _("Service"), [*critical_services.kinds(language()), (critical_services.OTHER, _("another one"))]),
            Filter("province", _("Province"), list(PROVINCES.items()), lookup="organisation__province"),
            Filter("contradicts", _("Contradictions"), _YES, apply=lambda rows, value: rows.filter(contradicts=value == "yes")),
            Filter("proven", _("Proven"), _YES, apply=lambda rows, value: rows.filter(proven=value == "yes")),
            Filter("proof", _("Proven by"), ContinuityTest.Kind.choices, lookup="proof_kind"),
            Filter("paper", _("Workaround on paper"), _YES, apply=lambda rows, value: rows.filter(on_paper=value == "yes")),
            Filter("result", _("Result"), ContinuityTest.Result.choices, lookup="tested_result"),
        ],
        order="organisation",
        empty=_("No constituent said what it cannot do without."),
        hint=_("Ask the SPOCs to start from the built-in list: it takes one click."),
    )  # fmt: skip
    return table.answer("readiness/continuity/services.html", {"looks": RESULT_LOOKS, "results": RESULTS})


_YES = [("yes", _("yes")), ("no", _("no"))]
RESULTS: dict[str, Any] = dict(ContinuityTest.Result.choices)


def _number(hours: Any) -> float | None:
    return None if hours is None else float(hours)


# When a supplier fails ------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def suppliers(request: Request) -> HttpResponseBase:
    """Every supplier that a critical service names."""
    table = Table(
        request,
        supplier_reach.named(request.viewer),
        name="critical-suppliers",
        columns=[
            Column("name", _("Supplier"), sort="name"),
            Column("constituents", _("Constituents"), sort="constituents", number=True),
            Column("services", _("Services"), sort="services", number=True),
            Column("shortest", _("Shortest limit, hours"), sort="shortest", number=True),
        ],
        search=["name"],
        order="-constituents",
        empty=_("No critical service names a supplier yet."),
    )
    return table.answer("readiness/continuity/suppliers.html")


@require_safe
@allow(*WATCHES)
def supplier(request: Request, pk: UUID) -> HttpResponseBase:
    """What stops when this supplier fails, directly and through what it carries."""
    one: Organisation = found(Organisation.objects.visible_to(request.viewer), pk)
    stops = supplier_reach.stops(request.viewer, one)
    if request.GET.get("format") in {"csv", "xlsx"}:
        columns = [
            Column("organisation", _("Organisation"), value=lambda row: row.service.organisation.name),
            Column("service", _("Service"), value=lambda row: row.service.name),
            Column("limit", _("At most gone, hours"), value=lambda row: row.service.max_downtime_hours),
            Column("direct", _("Directly")),
            Column("workaround", _("Workaround"), value=lambda row: row.service.workaround),
        ]
        return export(stops, columns, request.GET["format"], name="supplier-fails")
    organisations = {row.service.organisation_id for row in stops}
    context = {"supplier": one, "stops": stops, "organisations": len(organisations), "as_of": resuming.as_of()}
    return render(request, "readiness/continuity/supplier.html", context)


@require_safe
@allow(Role.PROVIDER)
def customers(request: Request) -> HttpResponseBase:
    """For a supplier: how many customers named it, from five up."""
    context = {"told": supplier_reach.told(request.viewer.own), "fewest": supplier_reach.FEWEST}
    return render(request, "readiness/continuity/customers.html", context)


def link(row: CriticalService) -> str:
    """Where a service stands on the page of its organisation."""
    return f"/continuity/of/{row.organisation_id}/#service-{row.pk}"
