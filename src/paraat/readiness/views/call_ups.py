"""Call-ups: written, approved as announcements are, sent, and what came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.models import Alert, Notice
from paraat.alerts.views.acting import found, officer_of
from paraat.kernel.errors import ParaatError
from paraat.kernel.marking import TEAM, WATCHES
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt, words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness import figures
from paraat.readiness.actions import programmes_callups
from paraat.readiness.models import CallUp, Participation
from paraat.readiness.programme_forms import CallUpForm
from paraat.readiness.programme_words import call_up as words_of
from paraat.readiness.programmes import LOOKS, title
from paraat.readiness.views.programmes import programme_of
from paraat.registry.models import Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def write(request: Request, key: str) -> HttpResponse:
    """Write one; it is a draft until somebody sends it."""
    programme = programme_of(key)
    form = CallUpForm(request.POST or None, initial=words_of(programme))
    if request.method == "POST" and form.is_valid():
        try:
            made = programmes_callups.draft_call_up(
                programme=programme,
                title=form.texts("title"),
                text=form.texts("text"),
                declined=form.cleaned_data["declined"],
                exercise=form.cleaned_data["exercise"],
                by=request.actor,
                author=officer_of(request),
            )
            return HttpResponseRedirect(reverse("call_up", args=[made.pk]))
        except ParaatError as error:
            form.add_error(None, words_for(error))
    context = {
        "form": form,
        "programme": programme,
        "name": title(programme),
        "number": len(figures.to_call_up(programme)),
        "with_declined": len(figures.to_call_up(programme, declined=True)),
    }
    return render(request, "readiness/programmes/call_up_write.html", context, status=400 if form.errors else 200)


@require_safe
@allow(*WATCHES)
def one(request: Request, pk: UUID) -> HttpResponseBase:
    """Who was called up, and what they answered."""
    call_up: CallUp = found(CallUp.objects.select_related("programme", "alert"), pk)
    exercise = call_up.alert.exercise if call_up.alert else False
    rows = Participation.objects.visible_to(request.viewer).filter(
        programme=call_up.programme_id, turn=1, exercise=exercise
    )
    answers = {row.organisation_id: row for row in rows.filter(organisation__in=call_up.organisations)}
    told = _told(call_up)

    def answered(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(pk__in=[pk for pk, row in answers.items() if row.state == value])

    table = Table(
        request,
        Organisation.objects.visible_to(request.viewer).filter(pk__in=call_up.organisations),
        name="call-up",
        columns=[
            Column("name", _("Name"), sort="name"),
            Column("told", _("Message"), value=lambda row: told.get(row.pk, "")),
            Column("answer", _("Answer"), value=lambda row: _answer(answers.get(row.pk))),
            Column("why", _("Equivalent or reason"), value=lambda row: _why(answers.get(row.pk))),
            Column("state_at", _("Since"), value=lambda row: answers[row.pk].state_at if row.pk in answers else None),
        ],
        search=["name", "nis"],
        filters=[
            Filter("answer", _("Answer"), Participation.State.choices, apply=answered)
        ],
        order="name",
    )  # fmt: skip
    counts: dict[str, int] = {}
    for row in answers.values():
        counts[row.state] = counts.get(row.state, 0) + 1
    context = {
        "call_up": call_up,
        "name": title(call_up.programme),
        "answers": answers,
        "told": told,
        "why": _why,
        "looks": LOOKS,
        "counts": [
            (state, word, counts.get(state, 0)) for state, word in Participation.State.choices if counts.get(state)
        ],
        "works": request.viewer.has(*TEAM),
        "draft": call_up.alert is not None and call_up.alert.state == Alert.State.DRAFT,
    }
    return table.answer("readiness/programmes/call_up.html", context)


def _told(call_up: CallUp) -> dict[UUID, Any]:
    rows = Notice.objects.filter(alert=call_up.alert_id) if call_up.alert_id else Notice.objects.none()
    return {row.organisation_id: row.get_state_display() for row in rows.only("organisation", "state")}


def _answer(row: Participation | None) -> Any:
    return row.get_state_display() if row else ""


def _why(row: Participation | None) -> str:
    return (row.equivalent or row.because) if row else ""


@require_POST
@allow(*TEAM)
def send(request: Request, pk: UUID) -> HttpResponse:
    """Send it, but not to who answered meanwhile."""
    call_up: CallUp = found(CallUp.objects.select_related("programme", "alert"), pk)
    attempt(request, lambda: programmes_callups.send_call_up(call_up=call_up, by=request.actor), _now("Sent."))
    return HttpResponseRedirect(reverse("call_up", args=[pk]))
