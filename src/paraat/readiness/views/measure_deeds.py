"""What is done with a measure on its page: planned, changed, its state, its proofs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import act, found
from paraat.kernel.errors import Invalid, NotAllowed, NotFound
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.readiness import measure_rights as rights
from paraat.readiness.actions import measures, measures_evidence, measures_reminders, measures_states
from paraat.readiness.assessing import answer_of
from paraat.readiness.downloads import saved
from paraat.readiness.measure_forms import ChangeForm, MeasureForm, ProofForm
from paraat.readiness.measure_words import FIELDS, title_of
from paraat.readiness.models import Answer, Finding, Lesson, Measure, MeasureEvidence
from paraat.readiness.views.measures import measure_of
from paraat.registry.models import Organisation

Deed = Callable[[Measure, str, Request], Any]

DEEDS: dict[str, tuple[Any, Deed]] = {
    "begin": (
        _("Somebody is at it."),
        lambda row, _w, request: measures_states.begin_measure(measure=row, by=request.actor),
    ),
    "done": (
        _("It is said to be done. Another person verifies it."),
        lambda row, word, request: measures_states.finish_measure(measure=row, by=request.actor, because=word),
    ),
    "verify": (
        _("It is verified."),
        lambda row, word, request: measures_states.verify_measure(measure=row, by=request.actor, because=word),
    ),
    "refuse": (
        _("It is open again."),
        lambda row, word, request: measures_states.refuse_measure(measure=row, by=request.actor, because=word),
    ),
    "drop": (
        _("It was dropped."),
        lambda row, word, request: measures_states.drop_measure(measure=row, by=request.actor, because=word),
    ),
    "reopen": (
        _("It is open again."),
        lambda row, word, request: measures_states.reopen_measure(measure=row, by=request.actor, because=word),
    ),
    "undo": (
        _("The last step was undone."),
        lambda row, _w, request: measures_states.undo_measure(measure=row, by=request.actor),
    ),
    "mute": (
        _("Its owner is no longer reminded."),
        lambda row, word, request: measures_reminders.mute(measure=row, because=word, by=request.actor),
    ),
    "unmute": (
        _("Its owner is reminded again."),
        lambda row, _w, request: measures_reminders.unmute(measure=row, by=request.actor),
    ),
}
"""What may be posted to a measure, what is said when it went well, and the action."""
LOOKING = frozenset({"verify", "refuse"})
"""Deeds of who verifies; the others are of who works on it."""


@require_POST
@allow(*rights.VERIFIES)
def deed(request: Request, pk: UUID, deed: str) -> HttpResponse:
    """Do one thing with a measure."""
    row = measure_of(request, pk)
    if deed not in DEEDS:
        raise Http404
    said, function = DEEDS[deed]
    may = rights.verifies if deed in LOOKING else rights.works

    def do() -> None:
        if not may(request.viewer, row):
            raise NotAllowed("This account may not do that")
        function(row, request.POST.get("because", "")[:500], request)

    return act(request, do, str(said), back=reverse("measure", args=[pk]))


# Planned and changed --------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@allow(*rights.WORKS)
def new(request: Request) -> HttpResponse:
    """Plan a measure; the address says for whom and from what: `?organisation=` or `?finding=`, `?answer=`, `?lesson=`."""
    asked = _asked(request)
    organisation = _organisation(request, asked)
    form = MeasureForm(request.POST or None, organisation=organisation, initial=_first(asked))
    sources: dict[str, Any] = dict(asked)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request,
            lambda: measures.plan_measure(organisation=organisation, by=request.actor, **sources, **form.given()),
            _("The measure is planned."),
        )
        if made is not None:
            return HttpResponseRedirect(reverse("measure", args=[made.pk]))
    context = {"form": form, "organisation": organisation, "asked": [one for ones in asked.values() for one in ones]}
    return render(request, "readiness/measures/new.html", context, status=400 if form.errors else 200)


def _asked(request: Request) -> dict[str, list[Any]]:
    """The findings, answers and lessons that the address names, as far as the reader may read them; another one is a 404."""
    findings = Finding.objects.visible_to(request.viewer).select_related("control")
    lessons = Lesson.objects.visible_to(request.viewer).select_related("control")
    named = {name: chosen(request.GET.getlist(name)) for name in ("finding", "answer", "lesson")}
    return {
        "findings": [found(findings, pk) for pk in named["finding"]],
        "answers": [_answer(request, pk) for pk in named["answer"]],
        "lessons": [found(lessons, pk) for pk in named["lesson"]],
    }


def _answer(request: Request, pk: UUID) -> Answer:
    try:
        return answer_of(request.viewer, pk)
    except NotFound as error:
        raise Http404 from error


def _organisation(request: Request, asked: dict[str, list[Any]]) -> Organisation:
    """For whom: as the address says, as what asks for it says, or the reader's own; 404 where the reader may not plan for it."""
    named = chosen([request.GET.get("organisation", "")])
    named += [one.organisation_id for one in asked["findings"]]
    named += [one.assessment.organisation_id for one in asked["answers"]]
    if not named and len(request.viewer.own) == 1:
        named = list(request.viewer.own)
    organisation: Organisation = (
        found(Organisation.objects.visible_to(request.viewer), named[0]) if named else _nobody()
    )
    if not rights.works_for(request.viewer, organisation):
        raise Http404
    return organisation


def _nobody() -> Organisation:
    raise Http404


def _first(asked: dict[str, list[Any]]) -> dict[str, Any]:
    """What the form begins with."""
    from paraat.platform.jinja import language

    titles = [one.title for one in asked["findings"]]
    titles += [title_of(one.control.title, language()) for one in asked["answers"]]
    titles += [title_of(one.title, language()) for one in asked["lessons"]]
    return {"title": titles[0][:200]} if titles else {}


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*rights.WORKS)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change a measure."""
    row = measure_of(request, pk)
    if not rights.works(request.viewer, row):
        raise Http404
    initial = {name: getattr(row, name) for name in FIELDS} | {"version": row.version}
    form = ChangeForm(request.POST or None, organisation=row.organisation, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            request, lambda: measures.change_measure(measure=row, by=request.actor, **form.given()), _("It was saved.")
        )
        if changed is not None:
            return HttpResponseRedirect(reverse("measure", args=[pk]))
    context = {"form": form, "measure": row}
    return render(request, "readiness/measures/edit.html", context, status=400 if form.errors else 200)


# Proofs ---------------------------------------------------------------------------------------------------------------------------
@require_POST
@allow(*rights.WORKS)
def add_proof(request: Request, pk: UUID) -> HttpResponse:
    """Add a proof; it becomes the next revision."""
    row = measure_of(request, pk)
    if not rights.works(request.viewer, row):
        raise Http404
    form = ProofForm(request.POST, request.FILES)

    def keep() -> MeasureEvidence:
        file = form.cleaned_data["file"]
        return measures_evidence.add_measure_evidence(
            measure=row, name=file.name, stream=file.chunks(), by=request.actor
        )

    if form.is_valid():
        attempt(request, keep, _("The proof is kept."))
    else:
        attempt(request, _no_file)
    return HttpResponseRedirect(reverse("measure", args=[pk]) + "#proofs")


def _no_file() -> None:
    raise Invalid("Choose a file", field="file")


@require_safe
@allow(*rights.READS)
def proof(request: Request, pk: UUID, revision: int) -> HttpResponseBase:
    """Save a proof; that somebody took it is written down."""
    row = measure_of(request, pk)
    kept = row.evidence.filter(revision=revision).first()
    if kept is None:
        raise Http404
    answer = attempt(request, lambda: saved(kept.file, kept.name))
    if answer is None:
        return HttpResponseRedirect(reverse("measure", args=[pk]))
    measures_evidence.note_evidence_taken(evidence=kept, by=request.actor)
    return answer
