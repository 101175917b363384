"""The reports as the team sees them: what waits for triage first, and one report with what is known of who sent it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, QuerySet, Value, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.incidents.models import Report
from paraat.incidents.proposing import proposals
from paraat.incidents.words import SHORT_KINDS, kind_word
from paraat.platform.guard import Request, allow
from paraat.platform.tables import WORLD, Column, Filter, Table

LATER = timedelta(days=365_000)


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every report: those that wait for triage first, then the newest."""
    table = Table(
        request,
        in_turn(Report.objects.visible_to(request.viewer)).select_related("organisation", "case"),
        name="reports",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("state", gettext_lazy("State"), sort="turn", value=lambda row: row.get_state_display()),
            Column("organisation", gettext_lazy("Organisation"), sort="organisation__name", value=whose),
            Column("kind", gettext_lazy("What"), sort="kind", value=lambda row: kind_word(row.kind)),
            Column("through", gettext_lazy("Through"), sort="through", value=lambda row: row.get_through_display()),
            Column(
                "verification",
                gettext_lazy("Verified"),
                sort="verification",
                value=lambda row: row.get_verification_display(),
            ),
            Column("received_at", gettext_lazy("Came in"), sort="received_at"),
        ],
        search=["number", "code__iexact", "organisation__name", "organisation_text", "reporter", "text"],
        filters=[
            Filter("state", gettext_lazy("State"), Report.State.choices),
            Filter("through", gettext_lazy("Through"), Report.Through.choices),
            Filter("kind", gettext_lazy("What"), list(SHORT_KINDS.items())),
            Filter("verification", gettext_lazy("Verified"), Report.Verification.choices),
            WORLD,
        ],
        order="-state",
        empty=gettext_lazy("No report yet."),
        hint=gettext_lazy("Reports come from the emergency page, the portal, the team's mailbox and the telephone."),
    )
    return table.answer("incidents/reports.html", {"works": request.viewer.has(*WORKS), "kinds": kind_word})


def in_turn(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `turn`: sorted by it backwards, what waits for triage comes first and the newest before the older."""
    later = ExpressionWrapper(F("received_at") + Value(LATER), output_field=DateTimeField())
    turned: QuerySet[Any] = rows.annotate(turn=Case(When(state=Report.State.NEW, then=later), default=F("received_at")))
    return turned


def whose(row: Report) -> str:
    """The organisation, else what the reporter called it."""
    return row.organisation.name if row.organisation else row.organisation_text


@require_safe
@allow(*WATCHES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One report, word for word, and what is to be done with it."""
    return page(request, report_of(request, pk))


def page(request: Request, report: Report, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a report; a form that was wrong and the code word that was asked for come with `more`."""
    from paraat.incidents.views import verifying  # it shows this page again

    waits, works = report.state == Report.State.NEW, request.viewer.has(*WORKS)
    context = {
        "report": report,
        "kind": kind_word(report.kind),
        "works": works,
        "waits": waits,
        "triage": _triage(report) if waits else "",
        "proposals": proposals(report.organisation_text) if works and waits and report.organisation is None else [],
        "contacts": [(one, verifying.numbers(one)) for one in verifying.on_file(report)] if works else [],
        "call_form": verifying.CallBackForm(report) if works and report.organisation else None,
        "word": "",
        "mails": report.mails.visible_to(request.viewer).prefetch_related("attachments"),
    }
    return render(request, "incidents/report.html", context | more, status=status)


def report_of(request: Request, pk: UUID) -> Report:
    """A report that this viewer may see; 404 for any other."""
    rows = Report.objects.visible_to(request.viewer).select_related("organisation", "case", "contact", "user")
    report: Report = found(rows, pk)
    return report


def _triage(report: Report) -> str:
    try:
        return reverse("report_triage", args=[report.pk])
    except NoReverseMatch:
        return ""
