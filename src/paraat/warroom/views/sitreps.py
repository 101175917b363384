"""Situation reports: the list, one report with what differs from the one before, and what a draft goes through until it is frozen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WORKS, act, found
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table
from paraat.warroom import papers, shared
from paraat.warroom.actions import freezing, sitreps
from paraat.warroom.models import Room, SituationReport
from paraat.warroom.rules import sitrep
from paraat.warroom.sitrep_forms import BecauseForm, DraftForm, LineForm, up_to

READS = (
    Role.DUTY_OFFICER,
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.PARTNER,
    Role.OBSERVER,
    Role.SPOC,
    Role.PROVIDER,
)
"""Who may take part in a room; of which, `visible_to` decides."""


@require_safe
@allow(*READS)
def listing(request: Request, room: UUID | None = None) -> HttpResponseBase:
    """The reports of a room, or of every room that one may see, newest first."""
    place: Room | None = found(Room.objects.visible_to(request.viewer), room) if room else None
    rows = SituationReport.objects.readable_by(request.viewer).select_related("room")
    table = Table(
        request,
        rows.filter(room=place) if place else rows,
        name="sitreps",
        columns=[
            Column("room", gettext_lazy("War room"), sort="room__number", value=lambda row: row.room.number),
            Column("sequence", gettext_lazy("Number"), sort="sequence", number=True),
            Column("version", gettext_lazy("Version"), sort="version", value=lambda row: row.get_version_display()),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("tlp", "TLP", sort="tlp"),
            Column("as_of", gettext_lazy("As of"), sort="as_of"),
            Column("author", gettext_lazy("Written by"), value=lambda row: row.author_label),
        ],
        search=["room__number", "author_label"],
        filters=[
            Filter("version", gettext_lazy("Version"), SituationReport.Version.choices),
            Filter("state", gettext_lazy("State"), SituationReport.State.choices),
        ],
        order="-as_of",
        empty=gettext_lazy("No situation report yet."),
        hint=gettext_lazy("A report is drafted from a war room."),
    )
    form = DraftForm(initial={"language": get_language()})
    writes = place is not None and request.viewer.has(*WORKS)
    return table.answer("warroom/sitreps.html", {"room": place, "form": form, "writes": writes, "now": moment.now()})


@require_POST
@allow(*WORKS)
def new(request: Request, room: UUID) -> HttpResponse:
    """Draft one from what the room knows now."""
    place: Room = found(Room.objects.visible_to(request.viewer), room)
    form = DraftForm(request.POST)
    made: list[SituationReport] = []
    if not form.is_valid():
        raise Http404
    values = form.cleaned_data
    answer = act(
        request,
        lambda: made.append(sitreps.draft_report(room=place, by=request.actor, **values)),
        _("Drafted. Read it, change it, and ask a colleague to approve it."),
        back=reverse("sitreps", args=[room]),
    )
    return HttpResponseRedirect(reverse("sitrep", args=[room, made[0].pk])) if made else answer


@require_safe
@allow(*READS)
def one(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """One report: to edit while it is a draft; to read, print and compare once it is frozen."""
    report = _report(request, room, pk)
    before = _before(request, report)
    edits = request.viewer.has(*WORKS) and not report.is_kept and report.state != SituationReport.State.DISCARDED
    context = {
        "report": report,
        "room": report.room,
        "before": before,
        "differences": sitrep.differences(before.content, report.content) if before else [],
        "sections": [
            (key, papers.TITLES[key], report.content.get(key, []))
            for key in sitrep.SECTIONS[report.version]
            if key != "room"
        ],
        "titles": papers.TITLES,
        "figures": papers.FIGURES,
        "lane_table": papers.lane_table(report.content.get("lanes", [])),
        "edits": edits,
        "mine": report.author_id == request.viewer.user,
        "levels": up_to(report.tlp),
        "line": LineForm(report=report) if edits else None,
        "because": BecauseForm(),
        "number": freezing.number_of(report) if report.is_kept else "",
        "now": moment.now(),
    }
    return render(request, "warroom/sitrep.html", context)


def _report(request: Request, room: UUID, pk: UUID) -> SituationReport:
    rows = SituationReport.objects.readable_by(request.viewer).select_related("room", "supersedes")
    report: SituationReport = found(rows.filter(room=room), pk)
    return report


def _before(request: Request, report: SituationReport) -> SituationReport | None:
    """The report before, if this reader may see it: a report of a lower TLP does not show what a higher one said."""
    rows = (
        SituationReport.objects.readable_by(request.viewer).kept().filter(room=report.room_id, version=report.version)
    )
    rows = rows.filter(tlp__lte=report.tlp).exclude(pk=report.pk)
    if report.sequence:
        rows = rows.filter(sequence__lt=report.sequence)
    found_before: SituationReport | None = rows.order_by("-sequence").first()
    return found_before


@require_safe
@allow(*READS)
def file(request: Request, room: UUID, pk: UUID, form: str) -> HttpResponseBase:
    """A frozen report as it was kept: PDF, DOCX or JSON."""
    report = _report(request, room, pk)
    if not report.is_kept or form not in shared.KINDS:
        raise Http404
    name = f"sitrep-{report.room.number}-{report.version}-{report.sequence}.{form}"
    content, kind = shared.kept(report, form)
    return FileResponse(content, content_type=kind, as_attachment=True, filename=name)


# A draft --------------------------------------------------------------------------------------------------------------------------


@require_POST
@allow(*WORKS)
def add_line(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Add a line."""
    report = _report(request, room, pk)
    form = LineForm(request.POST, report=report)
    if not form.is_valid():
        raise Http404
    deed = lambda: sitreps.add_line(report=report, by=request.actor, **form.cleaned_data)  # noqa: E731
    return act(request, deed, _("Added."), back=_page(report, form.cleaned_data["section"]))


@require_POST
@allow(*WORKS)
def line(request: Request, room: UUID, pk: UUID, key: str) -> HttpResponse:
    """Change the words of a line, its TLP with a reason, or leave it out."""
    report = _report(request, room, pk)
    sent = request.POST
    edit = _number(sent.get("edit", ""))
    deeds: dict[str, Any] = {
        "text": lambda: sitreps.edit_line(report=report, edit=edit, key=key, text=sent.get("text", ""), by=request.actor),
        "out": lambda: sitreps.remove_line(report=report, edit=edit, key=key, by=request.actor),
        "mark": lambda: sitreps.mark_line(
            report=report, edit=edit, key=key, tlp=_number(sent.get("tlp", "")), because=sent.get("because", ""), by=request.actor
        ),
    }  # fmt: skip
    deed = deeds.get(sent.get("deed", ""))
    if deed is None or key not in {one["id"] for _section, one in sitrep.lines(report.content)}:
        raise Http404
    return act(request, deed, _("Changed."), back=_page(report))


@require_POST
@allow(*WORKS)
def submit(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Ask a second person."""
    report = _report(request, room, pk)
    deed = lambda: sitreps.submit_report(report=report, by=request.actor)  # noqa: E731
    return act(request, deed, _("It waits for a second person."), back=_page(report))


@require_POST
@allow(*WORKS)
def approve(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """The second person's yes to what he read."""
    report, edit = _report(request, room, pk), _number(request.POST.get("edit", ""))
    deed = lambda: freezing.approve_report(report=report, by=request.actor, edit=edit)  # noqa: E731
    return act(request, deed, _("Frozen. It does not change any more."), back=_page(report))


@require_POST
@allow(*WORKS)
def discard(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Put a draft away, with the reason."""
    report, because = _report(request, room, pk), request.POST.get("because", "")
    deed = lambda: sitreps.discard_report(report=report, by=request.actor, because=because)  # noqa: E731
    return act(request, deed, _("Put away."), back=reverse("sitreps", args=[room]))


def _page(report: SituationReport, section: str = "") -> str:
    return reverse("sitrep", args=[report.room_id, report.pk]) + (f"#{section}" if section else "")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Http404
    return int(text[:9])
