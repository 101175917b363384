"""Importing a history, and the rows that could not be taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import TEAM, WATCHES
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt, words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness.actions import programmes_import
from paraat.readiness.models import ProgrammeFault
from paraat.readiness.programme_forms import BecauseForm, HistoryForm, because
from paraat.readiness.views.participations import checked


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def import_file(request: Request) -> HttpResponse:
    """Take a file; its outcome stands on the same page. Ticked: nothing is written."""
    form, outcome = HistoryForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            outcome = programmes_import.import_history(
                content=file.read(), file_name=file.name, by=request.actor, dry_run=form.cleaned_data["dry_run"]
            )
        except ParaatError as error:
            form.add_error("file", words_for(error))
    context = {"form": form, "outcome": outcome}
    return render(request, "readiness/programmes/import.html", context, status=400 if form.errors else 200)


@require_safe
@allow(*WATCHES)
def quarantine(request: Request) -> HttpResponseBase:
    """Rows that could not be taken; open ones first."""
    rows = ProgrammeFault.objects.all()
    table = Table(
        request,
        rows if "settled" in request.GET else rows.filter(settled_at=None),
        name="programmes-quarantine",
        columns=[
            Column("file_name", _("File"), sort="file_name"),
            Column("row", _("Row"), sort="row", number=True),
            Column("field", _("Field"), sort="field"),
            Column("reason", _("What is wrong")),
            Column("raw", _("As it came"), value=lambda row: [f"{name}={value}" for name, value in row.raw.items()]),
            Column("at", _("Since"), sort="at"),
            Column("settled_at", _("Settled"), sort="settled_at"),
            Column("settled_because", _("Left out because")),
        ],
        search=["file_name", "field", "reason"],
        filters=[
            Filter("settled", _("Settled"), [("no", _("waits")), ("yes", _("settled"))], apply=_settled)
        ],
        order="file_name",
        empty=_("Nothing is in quarantine."),
    )  # fmt: skip
    works = request.viewer.has(*TEAM)
    return table.answer("readiness/programmes/quarantine.html", {"works": works, "because": because})


def _settled(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(settled_at__isnull=value == "no")


@require_POST
@allow(*TEAM)
def leave_out(request: Request, pk: UUID) -> HttpResponse:
    """A row is not wanted."""
    fault: ProgrammeFault = found(ProgrammeFault.objects.all(), pk)
    attempt(
        request,
        lambda: programmes_import.leave_out(fault=fault, by=request.actor, **checked(BecauseForm(request.POST))),
        _now("Left out."),
    )
    return HttpResponseRedirect(reverse("programmes_quarantine"))
