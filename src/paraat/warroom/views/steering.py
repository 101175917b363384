"""Who leads a room steers it here: threat level, state, period and rhythm, lanes, triggers; the team also who takes part and what is joined."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.models import Alert
from paraat.incidents.models import Case
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import TEAM
from paraat.platform.guard import Request, allow
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one
from paraat.warroom.actions import participants, rooms, threat, triggers
from paraat.warroom.actions.review import write_review
from paraat.warroom.forms import (
    JoinForm,
    LaneForm,
    ParticipantForm,
    PeriodForm,
    ReviewForm,
    StateForm,
    ThreatForm,
    TriggerForm,
)
from paraat.warroom.models import Participant, Trigger
from paraat.warroom.rules import rhythm
from paraat.warroom.views.entering import WRITES, Inside, act, enter, form_page


@require_safe
@allow(*WRITES)
def steer(request: Request, pk: UUID) -> HttpResponse:
    """Every form that steers the room, on one page."""
    inside = enter(request, pk, "threat")
    taking = inside.room.participants.filter(left_at=None).select_related("organisation").order_by("joined_at")
    context = {"inside": inside, "room": inside.room, "reach": inside.reach, "people": taking, **_forms(inside)}
    return render(request, "warroom/steer.html", context)


def _forms(inside: Inside) -> dict[str, forms.Form]:
    room = inside.room
    period = {"begin": room.period_from, "end": room.period_until, "rhythm": rhythm.written(room.rhythm)}
    return {
        "threat": ThreatForm(initial={"level": room.threat_level}),
        "state": StateForm(initial={"state": room.state}),
        "period": PeriodForm(initial=period),
        "lane": LaneForm(),
        "trigger": TriggerForm(),
        "participant": ParticipantForm(),
        "join": JoinForm(),
    }


def _steered(inside: Inside, form: forms.Form, deed: Any, title: str, done: str) -> HttpResponse:
    back = reverse("room_steer", args=[inside.room.pk])
    return form_page(inside, form, deed, title=title, submit=title, done=done, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def set_threat(request: Request, pk: UUID) -> HttpResponse:
    """Another threat level."""
    inside = enter(request, pk, "threat")
    form = ThreatForm(request.POST or None, initial={"level": inside.room.threat_level})
    deed = lambda: threat.set_threat_level(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _steered(inside, form, deed, _("Set the threat level"), _("The threat level is set."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def set_state(request: Request, pk: UUID) -> HttpResponse:
    """Another state; closed, the review is next."""
    inside = enter(request, pk, "state")
    form = StateForm(request.POST or None, initial={"state": inside.room.state})
    deed = lambda: rooms.move_room(room=inside.room, to=form.cleaned_data["state"], by=request.actor)  # noqa: E731
    closing = request.POST.get("state") == "closed"
    back = reverse("room_review" if closing else "room_steer", args=[inside.room.pk])
    title = _("Set the state")
    return form_page(inside, form, deed, title=title, submit=title, done=_("The state is set."), back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def set_period(request: Request, pk: UUID) -> HttpResponse:
    """The operational period and its rhythm."""
    inside = enter(request, pk, "period")
    form = PeriodForm(request.POST or None)
    deed = lambda: rooms.set_period(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _steered(inside, form, deed, _("Set the period"), _("The period is set."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def add_lane(request: Request, pk: UUID) -> HttpResponse:
    """Another lane."""
    inside, form = enter(request, pk, "lane"), LaneForm(request.POST or None)
    deed = lambda: rooms.add_lane(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _steered(inside, form, deed, _("Add a lane"), _("Added."))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def add_trigger(request: Request, pk: UUID) -> HttpResponse:
    """Another escalation trigger."""
    inside, form = enter(request, pk, "trigger"), TriggerForm(request.POST or None)
    deed = lambda: triggers.add_trigger(room=inside.room, by=request.actor, **form.cleaned_data)  # noqa: E731
    return _steered(inside, form, deed, _("Add a trigger"), _("Added."))


@require_POST
@allow(*WRITES)
def pull(request: Request, pk: UUID, trigger: UUID) -> HttpResponse:
    """The condition is seen: the clock runs."""
    inside, found = _trigger(request, pk, trigger)
    return act(inside, lambda: triggers.pull_trigger(trigger=found, by=request.actor), _("The clock runs."))


@require_POST
@allow(*WRITES)
def answer(request: Request, pk: UUID, trigger: UUID) -> HttpResponse:
    """It was done: the clock stops."""
    inside, found = _trigger(request, pk, trigger)
    said = request.POST.get("outcome", "")
    deed = lambda: triggers.answer_trigger(trigger=found, outcome=said, by=request.actor)  # noqa: E731
    return act(inside, deed, _("The clock stands still."))


def _trigger(request: Request, pk: UUID, trigger: UUID) -> tuple[Inside, Trigger]:
    inside = enter(request, pk, "pull")
    found = inside.room.triggers.select_related("room").filter(pk=trigger).first()
    if found is None:
        raise Http404
    return inside, found


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def add_participant(request: Request, pk: UUID) -> HttpResponse:
    """An organisation takes part, or does so otherwise."""
    inside, form = enter(request, pk, "participants"), ParticipantForm(request.POST or None)

    def deed() -> Participant:
        organisation = _named(request, form.cleaned_data["organisation"])
        more = {name: form.cleaned_data[name] for name in ("part", "ceiling")}
        return participants.join_room(room=inside.room, organisation=organisation, by=request.actor, **more)

    return _steered(inside, form, deed, _("Have an organisation take part"), _("It takes part from now on."))


@require_POST
@allow(*TEAM)
def remove_participant(request: Request, pk: UUID, participant: UUID) -> HttpResponse:
    """An organisation leaves."""
    inside = enter(request, pk, "participants")
    found = inside.room.participants.select_related("room").filter(pk=participant).first()
    if found is None:
        raise Http404
    back = reverse("room_steer", args=[inside.room.pk])
    done = _("It takes part no longer.")
    return act(inside, lambda: participants.leave_room(participant=found, by=request.actor), done, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def join(request: Request, pk: UUID) -> HttpResponse:
    """Join a case, an alert or an organisation to the room."""
    inside, form = enter(request, pk, "join"), JoinForm(request.POST or None)

    def deed() -> None:
        kind, name = form.cleaned_data["kind"], form.cleaned_data["name"].strip()
        if kind == "organisation":
            town = _named(request, name)
            rooms.watch_organisation(room=inside.room, organisation=town, by=request.actor)
        elif kind == "case":
            rooms.join_case(room=inside.room, case=_numbered(request, Case, name), by=request.actor)
        else:
            rooms.join_alert(room=inside.room, alert=_numbered(request, Alert, name), by=request.actor)

    return _steered(inside, form, deed, _("Join to the room"), _("Joined."))


def _named(request: Request, name: str) -> Organisation:
    return the_one(name, Organisation.objects.visible_to(request.viewer))


def _numbered(request: Request, model: Any, number: str) -> Any:
    found = model.objects.visible_to(request.viewer).filter(number__iexact=number).first()
    if found is None:
        raise NotFound("Nothing has this number")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def review(request: Request, pk: UUID) -> HttpResponse:
    """The after-action review."""
    inside = enter(request, pk, "review")
    form = ReviewForm(request.POST or None, initial=inside.room.review)
    deed = lambda: write_review(room=inside.room, answers=form.cleaned_data, by=request.actor)  # noqa: E731
    title = _("After-action review")
    return form_page(inside, form, deed, title=title, submit=_("Keep"), done=_("Kept."))
