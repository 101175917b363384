"""Quarantine: rows that could not be read, with file, row, field and reason; played again, set right, or dropped."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.feeds import actions
from paraat.feeds.forms import CorrectForm
from paraat.feeds.models import Run
from paraat.feeds.views.intake import READERS
from paraat.feeds.words import FIELDS, REFUSED, refused
from paraat.kernel.marking import TEAM, Viewer
from paraat.observations.models import QuarantinedRow, QuarantineQuerySet
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table


def _visible(viewer: Viewer) -> QuarantineQuerySet:
    """The rows of the runs that the viewer may see."""
    rows: QuarantineQuerySet = QuarantinedRow.objects.filter(run__in=Run.objects.visible_to(viewer).values("pk"))
    return rows


@allow(*READERS)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """All of them, or those of one run (`?run=`); open ones first shown."""
    rows, run = _visible(request.viewer), chosen(request.GET.getlist("run"))
    rows = rows.of_runs(run) if run else rows
    if not request.GET.get("state"):
        rows = rows.open()
    table = Table(
        request,
        rows,
        name="quarantine",
        columns=[
            Column("file_name", _("File"), sort="file_name"),
            Column("row", _("Row"), sort="row", number=True),
            Column("field", _("Field"), value=lambda row: FIELDS.get(row.field, row.field), sort="field"),
            Column("reason", _("Why"), value=lambda row: refused(row.reason), sort="reason"),
            Column("raw", _("The row as it came")),
            Column("at", _("Received"), sort="at"),
        ],
        search=["file_name", "raw"],
        filters=[
            Filter("state", _("State"), QuarantinedRow.State.choices),
            Filter("reason", _("Why"), list(REFUSED.items())),
        ],
        order="-at",
        empty=_("Every row could be read."),
        hint=_("Rows that a parser cannot read are set aside here; the rest of their file goes on."),
    )
    return table.answer("feeds/quarantine.html", {"works": request.viewer.is_team, "refused": refused, "run": run})


@allow(*sorted(TEAM))
@require_POST
def decide(request: Request) -> HttpResponseBase:
    """Play the chosen rows again (`again`), file by file, or drop them."""
    rows = list(_visible(request.viewer).filter(pk__in=chosen(request.POST.getlist("row"))))
    if not rows:
        messages.error(request, _("Choose rows first."))
    elif "again" in request.POST:
        for run in sorted({row.run for row in rows}):
            _replay(request, [row.pk for row in rows if row.run == run])
    else:
        attempt(
            request,
            lambda: actions.drop_rows(rows=[row.pk for row in rows], by=request.actor),
            ngettext("%(n)s row dropped.", "%(n)s rows dropped.", len(rows)) % {"n": len(rows)},
        )
    return redirect("quarantine")


@allow(*sorted(TEAM))
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, pk: UUID) -> HttpResponseBase:
    """One row: set it right and play it."""
    found = get_object_or_404(_visible(request.viewer), pk=pk)
    form = CorrectForm(request.POST or None, initial={"raw": found.raw})
    if request.method == "POST" and form.is_valid():
        run = _replay(request, [found.pk], {found.pk: form.cleaned_data["raw"]})
        if run is not None:
            return redirect("run", run.pk)
    shown = {"row": found, "form": form, "refused": refused, "fields": FIELDS}
    return render(request, "feeds/quarantine_row.html", shown, status=422 if form.errors else 200)


def _replay(request: Request, rows: list[UUID], corrected: dict[UUID, str] | None = None) -> Run | None:
    run = attempt(request, lambda: actions.replay_rows(rows=rows, by=request.actor, corrected=corrected))
    if run is None:
        return None
    read = attempt(request, lambda: actions.read_run(run=run))
    if read is not None and read.state == Run.State.FAILED:
        messages.error(request, read.error)
    elif read is not None:
        said = _now("%(file)s: %(records)s rows read, %(left)s still in quarantine.")
        messages.success(request, said % {"file": read.file_name, "records": read.records, "left": read.quarantined})
    return read
