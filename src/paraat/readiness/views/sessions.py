"""Sessions for the team: all of them with their figures, one with everything around it, and the calendar file of any."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found, officer_of
from paraat.alerts.views.announcements import in_words
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import downloads, session_calendar, session_figures
from paraat.readiness.actions import sessions as actions
from paraat.readiness.models import Attendance, Session, SessionMaterial
from paraat.readiness.rules.sessions import FEWEST
from paraat.readiness.session_forms import (
    ChaseForm,
    MaterialForm,
    NameForm,
    ReasonForm,
    ReplyForm,
    SessionForm,
    session_initial,
)
from paraat.readiness.views.session_ours import as_invited
from paraat.registry.words import PROVINCES

READS = (*WATCHES, Role.SPOC)
LOOKS = {"draft": "waiting", "invited": "calm", "held": "known", "cancelled": "silent"}


# All of them ----------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every session, with who was invited, registered and came."""
    table = Table(
        request,
        session_figures.counted(request.viewer),
        name="sessions",
        columns=[
            Column("number", _("Number"), sort="number"),
            Column("title", _("Title"), value=lambda row: in_language(row.title)),
            Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), sort="kind"),
            Column("starts_at", _("Begins"), sort="starts_at"),
            Column("state", _("State"), value=lambda row: row.get_state_display(), sort="state"),
            Column("invited", _("Invited"), sort="invited", number=True),
            Column("registered", _("Registered"), sort="registered", number=True),
            Column("waiting", _("Waiting"), sort="waiting", number=True),
            Column("came", _("Came"), sort="came", number=True),
        ],
        search=["number", "title"],
        filters=[
            Filter("state", _("State"), Session.State.choices),
            Filter("kind", _("Kind"), Session.Kind.choices),
            Filter("when", _("When"), [("coming", _("to come")), ("past", _("past"))], apply=_when),
            WORLD,
        ],
        order="-starts_at",
        empty=_("No session yet."),
        hint=_("Plan one when several organisations should hear or practise the same."),
    )
    return table.answer("readiness/sessions/list.html", {"looks": LOOKS, "writes": request.viewer.has(*WORKS)})


def _when(rows: Any, value: str) -> Any:
    now = moment.now()
    return rows.filter(starts_at__gt=now) if value == "coming" else rows.filter(starts_at__lte=now)


# One ------------------------------------------------------------------------------------------------------------------------------
def session_of(request: Request, pk: UUID) -> Session:
    """The session, or 404."""
    row: Session = found(Session.objects.visible_to(request.viewer).select_related("alert", "lesson"), pk)
    return row


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One session: for the team with everything, for who was invited with what is for him."""
    session = session_of(request, pk)
    return whole(request, session) if request.viewer.has(*WATCHES) else as_invited(request, session)


def whole(request: Request, session: Session, **wrong: forms.Form) -> HttpResponse:
    """The page of the team; `wrong` are forms that were filled in wrongly."""
    provinces = session_figures.per_province(request.viewer, session)
    asked = list(session.questions.select_related("attendance__organisation"))
    writes = request.viewer.has(*WORKS)
    context = {
        "session": session,
        "looks": LOOKS,
        "writes": writes,
        "to_whom": in_words(session.audience) if session.audience else "",
        "provinces": provinces,
        "province_names": PROVINCES,
        "invited": sum(row.invited for row in provinces),
        "registered": sum(row.registered for row in provinces),
        "came": sum(row.came for row in provinces),
        "waiting": session.attendances.filter(state=Attendance.State.WAITING).count(),
        "questions": [(row, ReplyForm(initial={"text": row.text, "answer": row.answer}, auto_id=f"q{row.pk}_%s")) for row in asked],
        "material": list(session.material.all()),
        "thought": session_figures.thought(session),
        "fewest": FEWEST,
        "reason_form": ReasonForm(),
        "name_form": NameForm(auto_id="name_%s"),
        "material_form": MaterialForm(auto_id="material_%s"),
        "chase_form": ChaseForm(sessions=_next_ones(request, session), auto_id="chase_%s"),
        "now": moment.now(),
    } | wrong  # fmt: skip
    return render(request, "readiness/sessions/one.html", context, status=400 if wrong else 200)


def _next_ones(request: Request, session: Session) -> list[tuple[str, str]]:
    """Sessions to come to which people are invited already."""
    rows = Session.objects.visible_to(request.viewer).filter(
        state=Session.State.INVITED, starts_at__gt=moment.now(), exercise=session.exercise
    )
    return [(str(row.pk), f"{row.number} · {in_language(row.title)}") for row in rows.exclude(pk=session.pk)[:20]]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def plan(request: Request) -> HttpResponse:
    """Plan one; nobody is invited yet."""
    form = SessionForm(request.POST or None, initial={"language": "nl"})
    if request.method == "POST" and form.is_valid():
        row = attempt(
            request,
            lambda: actions.plan_session(by=request.actor, **form.said()),
            _("It is planned. Nobody is invited yet."),
        )
        if row is not None:
            return HttpResponseRedirect(reverse("session", args=[row.pk]))
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change one; who comes hears of another time or place."""
    session = session_of(request, pk)
    form = SessionForm(
        request.POST or None, initial=session_initial(session), audience=session.state == Session.State.DRAFT
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        done = attempt(
            request, lambda: actions.change_session(session=session, version=version, by=request.actor, **form.said()), _("Saved.")
        )  # fmt: skip
        if done is not None:
            return HttpResponseRedirect(reverse("session", args=[pk]))
    return _form(request, form, session)


def _form(request: Request, form: SessionForm, session: Session | None) -> HttpResponse:
    status = 400 if request.method == "POST" else 200
    return render(request, "readiness/sessions/edit.html", {"form": form, "session": session}, status=status)


@require_POST
@allow(*WORKS)
def invite(request: Request, pk: UUID) -> HttpResponse:
    """Write the invitation; to few it goes at once, to many after a second person's yes on the announcement's page."""
    session = session_of(request, pk)
    officer = officer_of(request)
    alert = attempt(
        request,
        lambda: actions.invite_to_session(session=session, by=request.actor, author=officer),
        _("The invitation is written."),
    )
    waits = alert is not None and alert.sent_at is None
    return HttpResponseRedirect(
        f"/announcements/{alert.pk}/" if alert is not None and waits else reverse("session", args=[pk])
    )


# Files ----------------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*READS)
def calendar(request: Request, pk: UUID) -> HttpResponse:
    """The calendar file; with the link to join for who registered, and for the team."""
    session = session_of(request, pk)
    if session.state == Session.State.DRAFT:
        raise Http404
    content = session_calendar.file(session, joins=may_join(request, session))
    method = "CANCEL" if session.state == Session.State.CANCELLED else "PUBLISH"
    answer = HttpResponse(content, content_type=f"text/calendar; charset=utf-8; method={method}")
    answer["Content-Disposition"] = f'attachment; filename="{session.number}.ics"'
    return answer


def may_join(request: Request, session: Session) -> bool:
    """Whether the reader gets the link: the team, its auditor, and who registered and has a seat."""
    if request.viewer.has(*WATCHES):
        return True
    own = Attendance.objects.visible_to(request.viewer).filter(session=session, organisation__in=request.viewer.own)
    return own.filter(state=Attendance.State.COMING).exists()


@require_safe
@allow(*READS)
def material(request: Request, pk: UUID, item: UUID) -> HttpResponseBase:
    """A file of the material, to save."""
    session = session_of(request, pk)
    row: SessionMaterial = found(session.material.exclude(file=""), item)
    answer = attempt(request, lambda: downloads.saved(row.file, row.name))
    return answer or HttpResponseRedirect(reverse("session", args=[pk]))
