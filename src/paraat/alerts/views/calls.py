"""The call list: who must be phoned, who is calling, and what came of it; on paper too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.forms import CallForm
from paraat.alerts.models import CallLine
from paraat.alerts.views.acting import WATCHES, WORKS, act, found, officer_of
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table

PRINTED = 500
"""Lines on paper at most: nobody phones more in a night."""


def _lines(request: Request) -> QuerySet[Any]:
    rows = CallLine.objects.visible_to(request.viewer).select_related("organisation", "contact", "claimed_by")
    return rows.prefetch_related("notices__alert", "notices__organisation")


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Open lines, most severe and longest waiting first; closed ones on request."""
    table = _table(request)
    context = {"now": moment.now(), "form": CallForm(), "me": request.viewer.user, "works": request.viewer.has(*WORKS)}
    return table.answer("alerts/calls.html", context)


def _table(request: Request) -> Table:
    closed = request.GET.get("closed") == "1"
    rows = _lines(request).filter(closed_at__isnull=not closed).annotate(n_notices=Count("notices"))
    return Table(
        request,
        rows,
        name="calls",
        columns=[
            Column("severity", gettext_lazy("Severity"), sort="-severity"),
            Column(
                "organisation",
                gettext_lazy("Organisation"),
                sort="organisation__name",
                value=lambda row: row.organisation.name,
            ),
            Column("contact", gettext_lazy("Ask for"), value=lambda row: row.contact.name if row.contact else ""),
            Column("address", gettext_lazy("Number"), value=lambda row: row.address),
            Column("since", gettext_lazy("Since"), sort="since"),
            Column("claimed_by", gettext_lazy("Who calls"), value=lambda row: row.claimed_by),
            Column(
                "outcome", gettext_lazy("Outcome"), value=lambda row: row.get_outcome_display() if row.outcome else ""
            ),
        ],
        search=["organisation__name", "address"],
        filters=[
            Filter(
                "closed",
                gettext_lazy("Which"),
                [("1", gettext_lazy("Calls that were made"))],
                apply=lambda rows, _value: rows,
            )
        ],
        order="-since" if closed else "severity",
        empty=gettext_lazy("Nobody has to be phoned now."),
        hint=gettext_lazy("A line comes here when nobody answered a message, or when there is nobody to send one to."),
    )


@require_safe
@allow(*WATCHES)
def sheet(request: Request) -> HttpResponse:
    """The open lines to print: everything that one needs to phone without this screen, and room to write."""
    lines = _lines(request).filter(closed_at=None).order_by("-severity", "since")[:PRINTED]
    return render(request, "alerts/calls_print.html", {"lines": lines, "now": moment.now()})


@require_POST
@allow(*WORKS)
def claim(request: Request, pk: UUID) -> HttpResponse:
    """ "I am calling"."""
    line, officer = _line(request, pk), officer_of(request)
    deed = lambda: actions.claim_call(line=line, by=request.actor, officer=officer)  # noqa: E731
    return act(
        request, deed, _("You are calling %(name)s.") % {"name": line.organisation.name}, back=f"/calls/#call-{pk}"
    )


@require_POST
@allow(*WORKS)
def release(request: Request, pk: UUID) -> HttpResponse:
    """Give it back."""
    line = _line(request, pk)
    return act(request, lambda: actions.release_call(line=line, by=request.actor), _("Given back."), back="/calls/")


@require_POST
@allow(*WORKS)
def close(request: Request, pk: UUID) -> HttpResponse:
    """Say what came of it."""
    line, form = _line(request, pk), CallForm(request.POST)
    if not form.is_valid():
        context = {"now": moment.now(), "form": form, "line": line, "me": request.viewer.user}
        return render(request, "alerts/call_close.html", context, status=400)
    deed = lambda: actions.close_call(line=line, by=request.actor, **form.cleaned_data)  # noqa: E731
    return act(request, deed, _("Noted."), back="/calls/")


@require_POST
@allow(*WORKS)
def reopen(request: Request, pk: UUID) -> HttpResponse:
    """Undo a closing that was a mistake."""
    line = _line(request, pk)
    return act(
        request, lambda: actions.reopen_call(line=line, by=request.actor), _("On the list again."), back="/calls/"
    )


def _line(request: Request, pk: UUID) -> CallLine:
    line: CallLine = found(CallLine.objects.visible_to(request.viewer).select_related("organisation", "contact"), pk)
    return line
