"""Signals: all of a room as a list, one with what can be done about it, and the form that reports one."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.models import Alert
from paraat.incidents.models import Case
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation
from paraat.warroom.actions import signals as actions
from paraat.warroom.forms import DisinformationForm, EscalateForm, OutcomeForm, SignalForm, VerifyForm
from paraat.warroom.models import Lane, Room, Signal
from paraat.warroom.views.entering import READS, WRITES, Inside, act, enter, form_page, lane_title, of_room


@require_safe
@allow(*READS)
def listing(request: Request, pk: UUID) -> HttpResponseBase:
    """Every signal of a room that one sees, newest first."""
    inside = enter(request, pk)
    rows = Signal.objects.visible_to(request.viewer).filter(room=inside.room).select_related("lane", "organisation")
    language = get_language() or "nl"
    lanes = [(lane.key, lane_title(lane, language)) for lane in inside.room.lanes.all()]
    table = Table(
        request,
        rows,
        name=f"signals-{inside.room.number}",
        columns=[
            Column("lane", gettext_lazy("Lane"), value=lambda row: lane_title(row.lane, language)),
            Column("text", gettext_lazy("Signal"), value=lambda row: row.claim or row.text),
            Column("grade", gettext_lazy("Grade"), value=lambda row: f"{row.reliability}{row.credibility}"),
            Column("verified", gettext_lazy("Verified"), value=lambda row: _verified(row)),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("source", gettext_lazy("Source"), sort="source"),
            Column("reported_at", gettext_lazy("Reported"), sort="reported_at"),
        ],
        search=["text", "claim", "source", "organisation__name"],
        filters=[
            Filter("lane", gettext_lazy("Lane"), lanes, lookup="lane__key"),
            Filter("state", gettext_lazy("State"), Signal.State.choices),
            Filter("verified", gettext_lazy("Verified"), _CHECKED, apply=_checked),
        ],
        order="-reported_at",
        empty=gettext_lazy("No signal yet."),
    )
    return table.answer("warroom/signals.html", {"inside": inside, "room": inside.room, "now": moment.now()})


_CHECKED = [("yes", gettext_lazy("so")), ("no", gettext_lazy("not so")), ("unknown", gettext_lazy("unverified"))]


def _checked(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(verified={"yes": True, "no": False}.get(value))  # unknown: null


def _verified(signal: Signal) -> Any:
    if signal.verified is None:
        return _CHECKED[2][1]
    return _CHECKED[0 if signal.verified else 1][1]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def report(request: Request, pk: UUID, lane: str) -> HttpResponse:
    """Report a signal in a lane."""
    inside = enter(request, pk, "signal")
    found = inside.room.lanes.filter(key=lane).first()
    if found is None:
        raise Http404
    form = _form(inside, found)

    def deed() -> Signal:
        given = dict(form.cleaned_data)
        if isinstance(form, SignalForm):
            given |= form.picked()
        return actions.report_signal(room=inside.room, lane=found, by=request.actor, **given)

    title = _("Report a signal: %(lane)s") % {"lane": lane_title(found, get_language() or "nl")}
    return form_page(inside, form, deed, title=title, submit=_("Report it"), done=_("Reported."))


def _form(inside: Inside, lane: Lane) -> SignalForm | DisinformationForm:
    data, marks = inside.request.POST or None, cast("dict[str, Any]", {"room": inside.room, "top": inside.reach.top})
    if lane.disinformation:
        return DisinformationForm(data, **marks)
    reach = inside.reach
    return SignalForm(
        data,
        towns=Organisation.objects.filter(pk__in=reach.organisations),
        cases=Case.objects.filter(pk__in=reach.cases),
        alerts=Alert.objects.filter(pk__in=reach.alerts),
        **marks,
    )


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID, signal: UUID) -> HttpResponse:
    """One signal, and what can be done about it."""
    inside, found = _signal(request, pk, signal, "read")
    context = {
        "inside": inside,
        "room": inside.room,
        "signal": found,
        "lane": lane_title(found.lane, get_language() or "nl"),
        "works": inside.reach.may("signal") and inside.room.state != Room.State.CLOSED,
        "verify": VerifyForm(),
        "escalate": EscalateForm(),
        "close": OutcomeForm(),
        "case": found.case if found.case_id in inside.reach.cases else None,
        "alert": found.alert if found.alert_id in inside.reach.alerts else None,
        "now": moment.now(),
    }
    return render(request, "warroom/signal.html", context)


def _signal(request: Request, pk: UUID, signal: UUID, deed: str) -> tuple[Inside, Signal]:
    inside = enter(request, pk, deed)
    found: Signal = of_room(inside, Signal.objects.select_related("lane", "organisation", "case", "alert", "room"), signal)  # fmt: skip
    return inside, found


@require_POST
@allow(*WRITES)
def take(request: Request, pk: UUID, signal: UUID) -> HttpResponse:
    """ "I am looking at it." """
    inside, found = _signal(request, pk, signal, "signal")
    return act(inside, lambda: actions.take_signal(signal=found, by=request.actor), _("You are looking at it."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def verify(request: Request, pk: UUID, signal: UUID) -> HttpResponse:
    """It was checked: so, or not so."""
    inside, found = _signal(request, pk, signal, "signal")
    form = VerifyForm(request.POST or None)
    deed = lambda: actions.verify_signal(signal=found, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _done(inside, found, form, deed, _("It was checked"), _("Noted."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def escalate(request: Request, pk: UUID, signal: UUID) -> HttpResponse:
    """It goes higher up."""
    inside, found = _signal(request, pk, signal, "signal")
    form = EscalateForm(request.POST or None)
    deed = lambda: actions.escalate_signal(signal=found, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _done(inside, found, form, deed, _("Escalate"), _("Escalated."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def close(request: Request, pk: UUID, signal: UUID) -> HttpResponse:
    """Close it, with what came of it."""
    inside, found = _signal(request, pk, signal, "signal")
    form = OutcomeForm(request.POST or None)
    deed = lambda: actions.close_signal(signal=found, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _done(inside, found, form, deed, _("Close the signal"), _("Closed."))


def _done(inside: Inside, signal: Signal, form: Any, deed: Any, title: str, done: str) -> HttpResponse:
    back = reverse("room_signal", args=[inside.room.pk, signal.pk])
    return form_page(inside, form, deed, title=title, submit=title, done=done, back=back, lead=signal.claim or signal.text)  # fmt: skip
