"""What constituents do with lessons: the team's table, a constituent's own list, one answer and its form, and the answer behind a link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.models import Delivery
from paraat.alerts.views.spoc import behind_link
from paraat.formats.indicators import defang
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role, Tlp
from paraat.platform import moment
from paraat.platform.guard import Request, allow, public
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt, words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness.actions.lessons import answer_lesson, make_measure
from paraat.readiness.lesson_forms import AnswerForm, answered
from paraat.readiness.models import Lesson, LessonAnswer, Measure
from paraat.readiness.views.lesson_reading import (
    WATCHES,
    WORKS,
    answers_of,
    found,
    lesson_of,
    own_answers,
    watches,
    works,
)
from paraat.registry.models import Organisation
from paraat.registry.words import PROVINCES

State = LessonAnswer.State
READS = (*WATCHES, Role.SPOC)
LOOKS = {
    State.OPEN: "silent", State.DONE: "known", State.PLANNED: "waiting", State.NOT_APPLICABLE: "calm", State.NEED_HELP: "silent",
}  # fmt: skip
"""How an answer looks in a list."""
RUNGS = [(1, _("contact reminded")), (2, _("service provider reminded")), (3, _("shown to the team"))]


@require_safe
@allow(*WATCHES)
def listing(request: Request, pk: UUID) -> HttpResponseBase:
    """Everybody who was told, with what they do; each figure of the lesson opens here."""
    lesson = lesson_of(request, pk)
    rows = answers_of(request).told().filter(lesson=pk)
    table = Table(
        request,
        rows,
        name=f"lesson-{lesson.number}",
        columns=[
            Column("organisation", _("Organisation"), sort="organisation__name", value=lambda row: row.organisation.name),
            Column("province", _("Province"), sort="organisation__province", value=lambda row: str(PROVINCES.get(row.organisation.province, ""))),
            Column("state", _("Answer"), sort="state", value=lambda row: row.get_state_display()),
            *([Column("looked", _("Traces"), sort="looked", value=lambda row: row.get_looked_display())] if lesson.indicators else []),
            Column("because", _("In a few words")),
            Column("planned_on", _("Planned for"), sort="planned_on"),
            Column("seen", _("Seen"), sort="acknowledged_at", value=lambda row: row.acknowledged_at),
            Column("answered_at", _("Answered"), sort="answered_at"),
            Column("answered_by", _("By"), sort="answered_by", value=_whose),
            Column("chased", _("Chased"), sort="chased", value=lambda row: str(dict(RUNGS).get(row.chased, ""))),
        ],
        search=["organisation__name", "organisation__nis", "because"],
        filters=[
            Filter("state", _("Answer"), State.choices),
            Filter("closed", _("Closed it"), [("yes", _("yes")), ("no", _("no"))], apply=_closed),
            *([Filter("looked", _("Traces"), LessonAnswer.Looked.choices)] if lesson.indicators else []),
            Filter("seen", _("Seen"), [("yes", _("yes")), ("no", _("no"))], apply=_seen),
            Filter("chased", _("Chased"), RUNGS),
            Filter("provider", _("By a service provider"), [("yes", _("yes")), ("no", _("no"))], apply=_by_provider),
            Filter("province", _("Province"), list(PROVINCES.items()), lookup="organisation__province"),
        ],
        order="organisation",
        empty=_("Nobody was told."),
    )  # fmt: skip
    return table.answer("readiness/lessons/answers.html", {"lesson": lesson, "looks": LOOKS, "rungs": dict(RUNGS)})


def _whose(row: LessonAnswer) -> str:
    return f"{row.answered_by} ({row.provider.name})" if row.provider else row.answered_by


def _closed(rows: Any, value: str) -> Any:
    closes = {"state__in": sorted(LessonAnswer.CLOSES)}
    return rows.filter(**closes) if value == "yes" else rows.exclude(**closes)


def _seen(rows: Any, value: str) -> Any:
    return rows.filter(acknowledged_at__isnull=value != "yes")


def _by_provider(rows: Any, value: str) -> Any:
    return rows.filter(provider__isnull=value != "yes")


@require_safe
@allow(Role.SPOC)
def ours(request: Request) -> HttpResponseBase:
    """The lessons for one's own organisations: what waits for an answer first."""
    table = Table(
        request,
        own_answers(request),
        name="lessons",
        columns=[
            Column("number", _("Number"), sort="lesson__number", value=lambda row: row.lesson.number),
            Column("title", _("Title"), value=lambda row: in_language(row.lesson.title)),
            Column(
                "organisation", _("Organisation"), sort="organisation__name", value=lambda row: row.organisation.name
            ),
            Column("state", _("Answer"), sort="state", value=lambda row: row.get_state_display()),
            Column("due_on", _("Answer wanted by"), sort="lesson__due_on", value=lambda row: row.lesson.due_on),
            Column("answered_by", _("By"), value=_whose),
        ],
        search=["lesson__number", "lesson__title"],
        filters=[Filter("state", _("Answer"), State.choices)],
        order="-number",
        empty=_("No lesson for you yet."),
        hint=_("When something happens elsewhere that could happen to you, you read here what to do."),
    )
    return table.answer("readiness/lessons/ours.html", {"looks": LOOKS, "today": moment.today()})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One constituent's answer: read, and given by its SPOC, or by an officer to whom it was said."""
    answer: LessonAnswer = found(answers_of(request), pk)
    may = (works(request) or answer.organisation_id in request.viewer.own) and answer.lesson.is_going
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial=answered(answer),
        looks=bool(answer.lesson.indicators),
    )
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid() and _save(form, answer, request.actor):
            messages.success(request, gettext("Thank you. The team sees it now."))
            return HttpResponseRedirect(reverse("lesson_answer", args=[pk]))
    context = {
        "answer": answer,
        "lesson": answer.lesson,
        "shown": [(one["type"], defang(one["type"], one["value"])) for one in answer.lesson.indicators],
        "form": form,
        "may": may,
        "watches": watches(request),
        "looks": LOOKS,
        "measures": list(_measures(request, answer)),
    }
    return render(request, "readiness/lessons/answer.html", context, status=400 if form.errors else 200)


def _measures(request: Request, answer: LessonAnswer) -> Any:
    rows = Measure.objects.visible_to(request.viewer).filter(
        lessons=answer.lesson_id, organisation=answer.organisation_id
    )
    return rows.exclude(state=Measure.State.DROPPED)


def _save(form: AnswerForm, answer: LessonAnswer, by: Actor, on_behalf: Organisation | None = None) -> bool:
    """Give the answer; what is missing stands at its field."""
    try:
        answer_lesson(answer=answer, by=by, on_behalf=on_behalf, **form.said())
    except Invalid as error:
        form.wrong(error)
    except (Conflict, NotAllowed) as error:
        form.add_error(None, words_for(error))
    return not form.errors


@require_POST
@allow(*WORKS, Role.SPOC)
def measure(request: Request, pk: UUID) -> HttpResponse:
    """Make what the lesson asks a measure of this constituent."""
    answer: LessonAnswer = found(answers_of(request), pk)
    if not works(request) and answer.organisation_id not in request.viewer.own:  # who only reads it in another role
        raise Http404
    attempt(
        request,
        lambda: make_measure(answer=answer, by=request.actor),
        _("It is a measure now: give it an owner and a day."),
    )
    return HttpResponseRedirect(reverse("lesson_answer", args=[pk]))


@public
@require_POST
@behind_link
def by_link(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """The answer of who holds the link of the message, for every organisation that the message was for; no account is needed. A service provider to
    which the message climbed answers as such, and as long as it is agreed."""
    rows, firm = behind(delivery), _provider(delivery)
    if not rows:
        raise Http404
    form = AnswerForm(request.POST, looks=any(row.lesson.indicators for row in rows))
    if form.is_valid() and all(_save(form, row, request.actor, firm) for row in rows):
        messages.success(request, gettext("Thank you. The team sees it now."))
    else:
        for text in [text for some in form.errors.values() for text in some][:3]:
            messages.error(request, str(text))
    return HttpResponseRedirect(reverse("notice_link", args=[token]))


def _provider(delivery: Delivery) -> Organisation | None:
    """Whose desk got the message, where that is no constituent's."""
    whose = delivery.contact.organisation if delivery.contact is not None else None
    return whose if whose is not None and not whose.constituent else None


def behind(delivery: Delivery) -> list[LessonAnswer]:
    """What a message with a lesson asks of its organisations. Above TLP:AMBER a link is not enough: one signs in."""
    organisations = delivery.notices.values("organisation")
    rows = LessonAnswer.objects.told().filter(
        lesson__alert=delivery.alert_id,
        organisation__in=organisations,
        lesson__state=Lesson.State.RELEASED,
        lesson__tlp__lte=Tlp.AMBER,
    )
    return (
        list(rows.select_related("lesson", "organisation").order_by("organisation__name")) if delivery.alert_id else []
    )
