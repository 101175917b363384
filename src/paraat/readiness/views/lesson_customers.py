"""Lessons for a service provider: what it was told, and one table to answer for many customers at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt, words_for
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Table
from paraat.readiness.actions.lessons import acknowledge_provider, answer_for_customers
from paraat.readiness.lesson_forms import AnswerForm
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider
from paraat.readiness.views.lesson_answers import LOOKS
from paraat.readiness.views.lesson_reading import provided

WITHOUT = "without"
"""Choosing all customers that have no answer yet, in place of ticking each."""


@require_safe
@allow(Role.PROVIDER)
def listing(request: Request) -> HttpResponseBase:
    """The lessons that one's firm was told, with how many customers wait for an answer."""
    rows = LessonProvider.objects.filter(provider__in=request.viewer.own).exclude(lesson__state=Lesson.State.DRAFT)
    asked = LessonAnswer.objects.filter(
        lesson=OuterRef("lesson"), organisation__in=list(request.viewer.clients)
    ).order_by()
    per_lesson = asked.values("lesson").annotate(number=Count("pk"), open=Count("pk", filter=Q(state="open")))
    table = Table(
        request,
        rows.select_related("lesson", "provider").annotate(
            asked=Coalesce(Subquery(per_lesson.values("number")), 0),
            open=Coalesce(Subquery(per_lesson.values("open")), 0),
        ),
        name="lessons",
        columns=[
            Column("number", _("Number"), sort="lesson__number", value=lambda row: row.lesson.number),
            Column("title", _("Title"), value=lambda row: in_language(row.lesson.title)),
            Column("due_on", _("Answer wanted by"), sort="lesson__due_on", value=lambda row: row.lesson.due_on),
            Column("asked", _("Customers"), sort="asked", number=True),
            Column("open", _("No answer"), sort="open", number=True),
            Column("seen", _("Read by"), value=lambda row: row.acknowledged_by),
        ],
        search=["lesson__number", "lesson__title"],
        order="-number",
        empty=_("No lesson for your customers yet."),
        hint=_(
            "When something happens elsewhere that could happen to your customers, you read here what to do for them."
        ),
    )
    return table.answer("readiness/lessons/customers_list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.PROVIDER)
def answers(request: Request, pk: UUID) -> HttpResponse:
    """Every customer that agreed, with its answer; tick some, say once what was done."""
    told = provided(request, pk)
    rows = list(_rows(request, pk))
    form = AnswerForm(request.POST if request.method == "POST" else None, looks=bool(told.lesson.indicators))
    picked = {one.organisation_id for one in rows} & _picked(request, rows)
    if request.method == "POST" and form.is_valid():
        done = _answer(request, told, sorted(picked), form)
        if done:
            said = ngettext("Answered for %(num)s customer.", "Answered for %(num)s customers.", done) % {"num": done}
            messages.success(request, said)
            return HttpResponseRedirect(reverse("lesson_customers", args=[pk]))
    context = {
        "told": told, "lesson": told.lesson, "rows": rows, "form": form, "picked": picked, "looks": LOOKS,
        "open": sum(row.state == LessonAnswer.State.OPEN for row in rows),
    }  # fmt: skip
    return render(request, "readiness/lessons/customers.html", context, status=400 if form.errors else 200)


def _rows(request: Request, pk: UUID) -> Any:
    rows = LessonAnswer.objects.visible_to(request.viewer).filter(lesson=pk, organisation__in=request.viewer.clients)
    return rows.select_related("organisation", "provider").order_by("organisation__name")


def _picked(request: Request, rows: list[LessonAnswer]) -> set[UUID]:
    """The ticked customers; all without an answer when that was ticked."""
    if request.POST.get(WITHOUT):
        return {row.organisation_id for row in rows if row.state == LessonAnswer.State.OPEN}
    return set(chosen(request.POST.getlist("customers")))


def _answer(request: Request, told: LessonProvider, customers: list[UUID], form: AnswerForm) -> int:
    try:
        return len(
            answer_for_customers(
                lesson=told.lesson, provider=told.provider, customers=customers, by=request.actor, **form.said()
            )
        )
    except Invalid as error:
        form.wrong(error)
    except (Conflict, NotAllowed) as error:
        form.add_error(None, words_for(error))
    return 0


@require_POST
@allow(Role.PROVIDER)
def acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """I have read it."""
    told = provided(request, pk)
    attempt(
        request, lambda: acknowledge_provider(told=told, by=request.actor, name=request.actor.label),
        _("Thank you. We know that you have seen this."),
    )  # fmt: skip
    return HttpResponseRedirect(reverse("lesson_customers", args=[pk]))
