"""What the team decides about a lesson: what may stand in it, a second person's yes, its release, its end, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from paraat.alerts.views.acting import act, officer_of
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.readiness.actions import lessons
from paraat.readiness.models import Lesson
from paraat.readiness.views.lesson_reading import WORKS, lesson_of

Deed = Callable[[Request, Lesson], Any]


def _said(request: Request, name: str = "because") -> str:
    return request.POST.get(name, "").strip()[:2000]


def _clear(request: Request, lesson: Lesson) -> Lesson:
    return lessons.clear_words(
        lesson=lesson, by=request.actor, words=request.POST.getlist("words"), because=_said(request)
    )


def _item(request: Request, lesson: Lesson) -> Any:
    return lessons.make_checklist_item(
        lesson=lesson, by=request.actor, checking={language(): _said(request, "checking")}
    )


DEEDS: dict[str, tuple[Deed, Any]] = {
    "clear": (_clear, gettext_lazy("Noted under your name.")),
    "ask": (
        lambda request, one: lessons.ask_approval(lesson=one, by=request.actor),
        gettext_lazy("Your colleagues are asked."),
    ),
    "approve": (
        lambda request, one: lessons.approve_lesson(lesson=one, by=request.actor, officer=officer_of(request)),
        gettext_lazy("Approved. It can be released now."),
    ),
    "release": (lambda request, one: lessons.release_lesson(lesson=one, by=request.actor), gettext_lazy("Released.")),
    "close": (
        lambda request, one: lessons.close_lesson(lesson=one, by=request.actor, because=_said(request)),
        gettext_lazy("Closed."),
    ),
    "withdraw": (
        lambda request, one: lessons.withdraw_lesson(lesson=one, by=request.actor, because=_said(request)),
        gettext_lazy("Withdrawn. Everybody who was told is told so."),
    ),
    "correct": (
        lambda request, one: lessons.correct_lesson(lesson=one, by=request.actor, because=_said(request)),
        gettext_lazy("Withdrawn. A draft with its words waits for your correction."),
    ),
    "checklist": (_item, gettext_lazy("It is an item of the checklist now, in a new edition.")),
}
"""What can be done, by the end of its address, and what is said then."""


@require_POST
@allow(*WORKS)
def decide(request: Request, pk: UUID, deed: str) -> HttpResponse:
    """Do one of the deeds."""
    if deed not in DEEDS:
        raise Http404
    lesson = lesson_of(request, pk)
    function, said = DEEDS[deed]
    back = reverse("lesson", args=[pk])
    return act(request, lambda: function(request, lesson), _(str(said)), back=back)
