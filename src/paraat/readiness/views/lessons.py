"""Lessons: the list, one with its figures, and writing one, from a case, from an exercise or from nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.exercises.models import Exercise
from paraat.formats.indicators import defang
from paraat.incidents.models import Case, Indicator
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import ROOM, Tlp
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language, language
from paraat.platform.pages import attempt, words_for
from paraat.platform.panels import standing_on
from paraat.platform.picking import chosen
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import lesson_figures, recognising, whom
from paraat.readiness.actions.lessons import draft_lesson, edit_lesson
from paraat.readiness.lesson_forms import LANGUAGES, BecauseForm, ItemForm, LessonForm, as_lines, initial_of
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.readiness.rules.anonymity import clues
from paraat.readiness.rules.closing import Figures
from paraat.readiness.views.lesson_reading import (
    READS,
    WORKS,
    found,
    lesson_of,
    lessons_of,
    own_answers,
    watches,
    works,
)
from paraat.readiness.views.measure_panels import measures_panel


@require_safe
@allow(*sorted(ROOM))
def listing(request: Request) -> HttpResponseBase:
    """Lessons, newest first; how many closed each is for the team to know."""
    rows = lessons_of(request)
    figures = [
        Column("told", _("Told"), sort="told", number=True),
        Column("closed", _("Closed it"), sort="closed", number=True),
        Column("silent", _("No answer"), sort="silent", number=True),
    ]
    table = Table(
        request,
        lesson_figures.counted(rows) if watches(request) else rows,
        name="lessons",
        columns=[
            Column("number", _("Number"), sort="number"),
            Column("title", _("Title"), value=lambda row: in_language(row.title)),
            Column("urgency", _("Answer wanted"), sort="urgency", value=lambda row: row.get_urgency_display()),
            Column("state", _("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("released_at", _("Released"), sort="released_at"),
            *(figures if watches(request) else []),
        ],
        search=["number", "title"],
        filters=[Filter("state", _("State"), Lesson.State.choices), Filter("urgency", _("Answer wanted"), Lesson.Urgency.choices), WORLD],
        order="-number",
        empty=_("No lesson yet."),
        hint=_("Make one from a case or an exercise: what one victim learnt, told to all others."),
    )  # fmt: skip
    return table.answer("readiness/lessons/list.html", {"writes": works(request), "watches": watches(request)})


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """A lesson: its words for whoever was told; its origin, figures and buttons for the team."""
    lesson = lesson_of(request, pk)
    context: dict[str, Any] = {
        "lesson": lesson,
        "shown": [(one["type"], defang(one["type"], one["value"])) for one in lesson.indicators],
        "mine": list(own_answers(request).filter(lesson=pk)),
        "customers": not watches(request) and lesson.providers.filter(provider__in=request.viewer.own).exists(),
        "watches": watches(request),
        "works": works(request),
        "measures": _measures(request, lesson),
        "now": moment.now(),
    }
    return render(
        request, "readiness/lessons/lesson.html", context | (_inside(request, lesson) if watches(request) else {})
    )


def _measures(request: Request, lesson: Lesson) -> str | None:
    with standing_on(request):
        return measures_panel("lesson", lesson, request.viewer)


def _inside(request: Request, lesson: Lesson) -> dict[str, Any]:
    """What only the team and auditors know."""
    figures = lesson_figures.of_lesson(lesson) if lesson.released_at else None
    draft = lesson.state == Lesson.State.DRAFT
    hits = recognising.found(lesson) if draft else ()
    return {
        "case": Case.objects.visible_to(request.viewer).filter(pk=lesson.case_id).first() if lesson.case_id else None,
        "figures": figures,
        "line": lesson_figures.drawn(figures, lesson) if figures else None,
        "audience": whom.in_words(lesson.audience),
        "telling": whom.telling(lesson) if draft else None,
        "hits": hits,
        "left": {hit.word for hit in recognising.unanswered(lesson, hits)},
        "states": figures
        and [(state, label, figures.states.get(state, 0)) for state, label in LessonAnswer.State.choices],
        "looked": figures and lesson.indicators and _looked(figures),
        "providers": list(lesson.providers.select_related("provider").order_by("provider__name")),
        "is_mine": lesson.author_id == request.viewer.user,
        "why": BecauseForm(),
        "item": ItemForm(),
        "languages_of": [(code, name) for code, name in LANGUAGES.items() if lesson.title.get(code)],
    }


def _looked(figures: Figures) -> list[tuple[str, Any, int]]:
    return [(name, label, figures.looked.get(name, 0)) for name, label in LessonAnswer.Looked.choices]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request) -> HttpResponse:
    """Write one; `?case=` or `?exercise=` says from what."""
    case, played = _from(request, "case", Case), _from(request, "exercise", Exercise)
    form = _form(request, case, played, initial=_begin(case))
    if request.method == "POST" and form.is_valid():
        real = bool(form.cleaned_data.get("holds"))
        made = _try(
            form,
            lambda: draft_lesson(
                by=request.actor, case=case, played=played, tells_source=bool(form.cleaned_data.get("tells_source")),
                exercise=False if real else None, **form.said(),
            ),
        )  # fmt: skip
        if made is not None:
            return HttpResponseRedirect(reverse("lesson", args=[made.pk]))
    context = {"form": form, "case": case, "played": played, "lesson": None}
    return render(request, "readiness/lessons/write.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change a draft."""
    lesson = lesson_of(request, pk)
    if lesson.state != Lesson.State.DRAFT:
        return HttpResponseRedirect(reverse("lesson", args=[pk]))
    form = _form(request, lesson.case, None, initial=initial_of(lesson))
    if request.method == "POST" and form.is_valid():
        chosen_ = form.cleaned_data.get("tells_source")
        done = attempt(
            request, lambda: edit_lesson(lesson=lesson, by=request.actor, tells_source=chosen_, **form.said()), _("Saved.")
        )  # fmt: skip
        if done is not None:
            return HttpResponseRedirect(reverse("lesson", args=[pk]))
    context = {"form": form, "case": lesson.case, "played": lesson.played, "lesson": lesson}
    return render(request, "readiness/lessons/write.html", context, status=400 if form.errors else 200)


def _form(request: Request, case: Case | None, played: Exercise | None, *, initial: dict[str, Any]) -> LessonForm:
    first = next((code for code in LANGUAGES if initial.get(f"title_{code}")), language())
    return LessonForm(
        request.POST if request.method == "POST" else None,
        initial=initial, first=first, victim=case is not None, played=played is not None,
    )  # fmt: skip


def _try(form: LessonForm, deed: Any) -> Any:
    try:
        return deed()
    except Invalid as error:
        field = error.context.get("field")
        form.add_error(field if field in form.fields else None, words_for(error))
        return None


def _from(request: Request, name: str, model: Any) -> Any:
    for pk in chosen([request.GET.get(name, "")]):
        return found(model.objects.visible_to(request.viewer), pk)
    return None


def _begin(case: Case | None) -> dict[str, Any]:
    """What a case gives to begin with: its summary without what names the victim, and its reviewed traces that the community may know."""
    if case is None:
        return {}
    code = case.language if case.language in LANGUAGES else "nl"
    traces = Indicator.objects.filter(
        sightings__case=case, state=Indicator.State.ACCEPTED, tlp__lte=Tlp.GREEN, exercise=case.exercise
    )
    rows = [{"type": one.kind, "value": one.value} for one in traces.distinct()]
    return {f"happened_{code}": _without_names(case), "indicators": as_lines(rows)}


def _without_names(case: Case) -> str:
    text = case.summary
    hits = clues({"": text}, recognising.known([case.organisation_id], case))
    for hit in sorted(hits, key=lambda one: -len(one.word)):
        text = recognising.blanked(text, hit.word)
    return text
