"""Sessions for those who are invited: what is for them, whether they come, what they ask, and what it was worth."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment, panels
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness.actions import session_talk
from paraat.readiness.actions.session_answers import answer_invitation
from paraat.readiness.models import Attendance, Session
from paraat.readiness.session_forms import AnswerForm, FeedbackForm, QuestionForm

ANSWER_LOOKS = {"invited": "waiting", "coming": "known", "waiting": "waiting", "declined": "calm"}


def _own(viewer: Viewer) -> Any:
    """The reader's own invitations."""
    rows = Attendance.objects.visible_to(viewer).filter(organisation__in=viewer.own)
    return rows.exclude(session__state=Session.State.DRAFT).select_related("session", "organisation")


@require_safe
@allow(Role.SPOC)
def listing(request: Request) -> HttpResponseBase:
    """Sessions for us, newest first."""
    table = Table(
        request,
        _own(request.viewer),
        name="sessions-for-us",
        columns=[
            Column("starts_at", _("Begins"), value=lambda row: row.session.starts_at, sort="session__starts_at"),
            Column("title", _("Title"), value=lambda row: in_language(row.session.title)),
            Column("organisation", _("For"), value=lambda row: row.organisation.name, sort="organisation__name"),
            Column("state", _("Our answer"), value=lambda row: row.get_state_display(), sort="state"),
            Column("came", _("Came"), value=lambda row: row.came),
        ],
        filters=[Filter("when", _("When"), [("coming", _("to come")), ("past", _("past"))], apply=_when)],
        order="-starts_at",
        empty=_("You were not invited to a session yet."),
    )
    return table.answer("readiness/sessions/ours.html", {"looks": ANSWER_LOOKS, "now": moment.now()})


def _when(rows: Any, value: str) -> Any:
    now = moment.now()
    return rows.filter(session__starts_at__gt=now) if value == "coming" else rows.filter(session__starts_at__lte=now)


def as_invited(request: Request, session: Session) -> HttpResponse:
    """The page of who was invited."""
    own = list(_own(request.viewer).filter(session=session).order_by("organisation__name"))
    now = moment.now()
    open_ = session.state == Session.State.INVITED and session.starts_at > now
    begun = session.state in {Session.State.INVITED, Session.State.HELD} and session.starts_at <= now
    context = {
        "session": session,
        "own": [_line(row, open_=open_, begun=begun) for row in own],
        "joins": session.link if any(row.state == Attendance.State.COMING for row in own) else "",
        "questions": session.questions.filter(Q(shown=True) | Q(attendance__in=[row.pk for row in own])),
        "material": list(session.material.all()),
        "question_form": QuestionForm(auto_id="ask_%s"),
        "asks": bool(own) and session.state != Session.State.CANCELLED,
        "looks": ANSWER_LOOKS,
        "now": now,
    }  # fmt: skip
    return render(request, "readiness/sessions/invited.html", context)


def _line(row: Attendance, *, open_: bool, begun: bool) -> dict[str, Any]:
    """One of our organisations with the forms that are open for it."""
    comes = {"coming": "yes", "waiting": "yes", "declined": "no"}.get(row.state, "")
    initial = {"comes": comes, "seats": row.seats, "who": row.who}
    was_there = row.came or (row.came is None and row.state == Attendance.State.COMING)
    thought = FeedbackForm(initial={"rating": row.rating, "text": row.feedback}, auto_id=f"f{row.pk}_%s")
    return {
        "row": row,
        "answer_form": AnswerForm(initial=initial, auto_id=f"a{row.pk}_%s") if open_ else None,
        "feedback_form": thought if begun and was_there else None,
    }


def _mine(request: Request, pk: UUID, attendance: UUID) -> Attendance:
    row: Attendance = found(_own(request.viewer).filter(session=pk), attendance)
    return row


def _back(pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("session", args=[pk]))


def _complain(request: Request, form: forms.Form, pk: UUID) -> HttpResponse:
    """Say what is wrong with a form, and go back to the page."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {errors[0]}")
    return _back(pk)


@require_POST
@allow(Role.SPOC)
def answer(request: Request, pk: UUID, attendance: UUID) -> HttpResponse:
    """Register, change or decline."""
    row = _mine(request, pk, attendance)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _complain(request, form, pk)
    given = form.cleaned_data
    done = attempt(
        request,
        lambda: answer_invitation(
            attendance=row, by=request.actor, comes=given["comes"] == "yes", seats=given["seats"], who=given["who"]
        ),
    )
    if done is not None:
        _say(request, done)
    return _back(pk)


def _say(request: Request, row: Attendance) -> None:
    said = {
        Attendance.State.COMING: _("You are registered. The link and the calendar file stand here."),
        Attendance.State.WAITING: _("It is full: you are on the waiting list, and hear it when a seat comes free."),
    }
    messages.success(request, str(said.get(Attendance.State(row.state), _("Noted: you do not come."))))


@require_POST
@allow(Role.SPOC)
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Ask something; it is answered for all."""
    row = _own(request.viewer).filter(session=pk).order_by("organisation__name").first()
    if row is None:
        row = found(_own(request.viewer), pk)  # a 404: nobody of ours was invited
    text = request.POST.get("text", "")
    done = _("Asked. The answer will stand here, for all.")
    attempt(
        request,
        lambda: session_talk.ask_question(session=row.session, by=request.actor, text=text, attendance=row),
        done,
    )
    return _back(pk)


@require_POST
@allow(Role.SPOC)
def feedback(request: Request, pk: UUID, attendance: UUID) -> HttpResponse:
    """Say what it was worth."""
    row = _mine(request, pk, attendance)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _complain(request, form, pk)
    attempt(
        request,
        lambda: session_talk.give_feedback(attendance=row, by=request.actor, **form.cleaned_data),
        _("Thank you."),
    )
    return _back(pk)


def portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page: what is to come, and what waits for an answer."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    rows = _own(viewer).filter(session__state=Session.State.INVITED, session__starts_at__gt=moment.now())
    coming = list(rows.order_by("session__starts_at")[:3])
    return (
        panels.render("readiness/sessions/panel_portal.html", {"coming": coming, "looks": ANSWER_LOOKS})
        if coming
        else None
    )
