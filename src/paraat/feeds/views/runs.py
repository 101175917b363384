"""One run: what was read, whom it concerns and why, what is in doubt, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.feeds import actions
from paraat.feeds.models import Run
from paraat.feeds.views.intake import READERS
from paraat.kernel.marking import TEAM
from paraat.observations.models import Certainty, Finding, UnassignedHost
from paraat.observations.words import reason
from paraat.platform import files, parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table


def _found(request: Request, pk: UUID) -> Run:
    found: Run = get_object_or_404(
        Run.objects.visible_to(request.viewer).select_related("source", "same_as", "replay_of"), pk=pk
    )
    return found


@allow(*READERS)
@require_safe
def run(request: Request, pk: UUID) -> HttpResponseBase:
    """The run; its findings can be searched and saved. It stays true while the file is being read."""
    found = _found(request, pk)
    table = _findings(request, found)
    context = {
        "run": found,
        "works": request.viewer.is_team,
        "parts": _parts(request, found, table),
        "token": parts.token(request.viewer, "feeds", "perhaps", "unassigned"),
    }
    return table.answer("feeds/run.html", context)


@allow(*READERS)
@require_safe
def run_parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the page that changed."""
    found = _found(request, pk)
    request.path = reverse("run", args=[pk])  # their links lead to the page
    return parts.answer(request, _parts(request, found, _findings(request, found)), title=found.file_name)


def _parts(request: Request, found: Run, table: Table) -> list[parts.Part]:
    read = found.same_as or found
    hosts = UnassignedHost.objects.visible_to(request.viewer).filter(run=read.pk)
    shown: dict[str, Any] = {
        "run": found,
        "read": read,
        "table": table,
        "reason": reason,
        "hosts": hosts.open()[:HOSTS],
        "open_hosts": hosts.open().count(),
        "open_perhaps": Finding.objects.visible_to(request.viewer).open_perhaps().filter(run=read.pk).count(),
        "works": request.viewer.is_team,
    }
    return [
        parts.part("state", render_to_string("feeds/run_state_part.html", shown, request)),
        parts.part("findings", render_to_string("feeds/run_findings_part.html", shown, request)),
    ]


HOSTS = 30
"""How many hosts that nobody owns are named on the page of a run; the others stand in their own list."""


def _findings(request: Request, found: Run) -> Table:
    read = found.same_as_id or found.pk
    return Table(
        request,
        Finding.objects.visible_to(request.viewer).filter(run=read).select_related("organisation"),
        name="findings",
        columns=[
            Column(
                "organisation", _("Organisation"), value=lambda row: row.organisation.name, sort="organisation__name"
            ),
            Column("nis", "NIS", value=lambda row: row.organisation.nis),
            Column("target", _("Target"), sort="target"),
            Column("certainty", _("How sure"), value=lambda row: row.get_certainty_display(), sort="certainty"),
            Column("reason", _("Why"), value=lambda row: f"{reason(row.reason)} {row.because}".strip(), sort="reason"),
            Column("classification", _("Class"), sort="classification"),
            Column("severity", _("Severity"), sort="severity", number=True),
            Column("rows", _("Rows"), sort="rows", number=True),
        ],
        search=["target", "organisation__name", "organisation__nis"],
        filters=[Filter("certainty", _("How sure"), Certainty.choices)],
        order="certainty",
        empty=_("This list names nobody on file."),
        hint=_("Look at the hosts that nobody owns: one of them may be somebody's after all."),
    )


@allow(*READERS)
@require_safe
def run_file(request: Request, pk: UUID) -> HttpResponseBase:
    """The file as it came, to save; never shown, since anybody may have written it."""
    found = _found(request, pk)
    answer = FileResponse(files.open_stored(found.path), as_attachment=True, filename=found.file_name)
    answer["Content-Type"] = "application/octet-stream"
    return answer


@allow(*sorted(TEAM))
@require_POST
def run_again(request: Request, pk: UUID) -> HttpResponseBase:
    """Read a failed run once more."""
    found = _found(request, pk)
    attempt(request, lambda: actions.read_again(run=found, by=request.actor), _("It is being read again."))
    return redirect("run", pk)
