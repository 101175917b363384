"""The timeline of a case, and what is added to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paraat.alerts.views.acting import WORKS, found
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.case_forms import CorrectionForm, EntryForm
from paraat.incidents.models import Case, TimelineEntry
from paraat.incidents.views.cases import case_of
from paraat.kernel.marking import Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

SHOWN = 200
"""Entries that the panel shows; older ones stand on the timeline's own page."""


@dataclass
class Line:
    """An entry with what corrects it beside it. `origin` is the case that it was taken over from, as its number."""

    entry: TimelineEntry
    corrections: list[TimelineEntry] = field(default_factory=list)
    origin: str = ""


def lines(viewer: Viewer, case: Case) -> list[Line]:
    """The timeline in the order in which things became known. What the viewer may not see is absent; a correction stands beside its entry,
    and alone where that entry may not be seen."""
    entries = list(TimelineEntry.objects.visible_to(viewer).filter(case=case).order_by("known_at", "recorded_at", "pk"))
    taken = {entry.came_from for entry in entries if entry.came_from}
    numbers = dict(Case.objects.visible_to(viewer).filter(pk__in=taken).values_list("pk", "number")) if taken else {}
    made: dict[UUID, Line] = {}
    for entry in entries:
        if entry.corrects_id not in made:
            made[entry.pk] = Line(entry, origin=numbers.get(entry.came_from, ""))
    for entry in entries:
        if entry.corrects_id in made:
            made[entry.corrects_id].corrections.append(entry)
    return list(made.values())


def panel(viewer: Viewer, case: Case) -> str:
    """The newest part of the timeline, on the case's page."""
    every = lines(viewer, case)
    context = {
        "case": case,
        "lines": every[-SHOWN:],
        "hidden": len(every) - len(every[-SHOWN:]),
        "adds": viewer.has(*WORKS) and case.state != Case.State.MERGED,
        "form": EntryForm(initial={"tlp": case.tlp}, auto_id="entry_%s"),
    }
    return SafeString(render_to_string("incidents/_timeline.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def add(request: Request, pk: UUID) -> HttpResponse:
    """Add an entry."""
    case = case_of(request, pk)
    form = EntryForm(request.POST or None, initial={"tlp": case.tlp})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        if attempt(request, lambda: add_entry(case=case, by=request.actor, **said), _("Added to the timeline.")):
            return _back(pk)
    return _page(request, case, form, _("Add to the timeline"))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def correct(request: Request, pk: UUID, entry: UUID) -> HttpResponse:
    """Correct an entry: it stays, and what was really so stands beside it."""
    case = case_of(request, pk)
    wrong: TimelineEntry = found(TimelineEntry.objects.visible_to(request.viewer).filter(case=case), entry)
    form = CorrectionForm(request.POST or None, initial={"text": wrong.text, "happened_at": wrong.happened_at})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        deed = lambda: add_entry(case=case, by=request.actor, corrects=wrong, **said)  # noqa: E731
        if attempt(request, deed, _("Corrected. What stood there stays readable.")):
            return _back(pk)
    return _page(request, case, form, _("Correct an entry"), wrong)


def _page(
    request: Request, case: Case, form: forms.Form, title: str, entry: TimelineEntry | None = None
) -> HttpResponse:
    context = {"case": case, "form": form, "title": title, "entry": entry}
    return render(request, "incidents/case_entry.html", context, status=400 if form.errors else 200)


def _back(pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("case", args=[pk]) + "#timeline")
