"""The list of rooms, one room as it stands, and the same on the wall."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from paraat.kernel.marking import TEAM
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table
from paraat.warroom import parts as room_parts
from paraat.warroom.actions.changes import topic
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.forms import LineForm, RoomForm
from paraat.warroom.models import Room
from paraat.warroom.views.entering import READS, Inside, enter


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every room that one sees, the open ones first."""
    rows = Room.objects.visible_to(request.viewer)
    rows = rows.annotate(taking=Count("participants", filter=Q(participants__left_at=None), distinct=True))
    table = Table(
        request,
        rows,
        name="rooms",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("title", gettext_lazy("Title"), sort="title"),
            Column("kind", gettext_lazy("Kind"), value=lambda row: row.get_kind_display()),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("threat_level", gettext_lazy("Threat level"), sort="threat_level", number=True),
            Column("taking", gettext_lazy("Participants"), sort="taking", number=True),
            Column("opened_at", gettext_lazy("Opened"), sort="opened_at"),
        ],
        search=["number", "title", "purpose"],
        filters=[
            Filter("state", gettext_lazy("State"), Room.State.choices),
            Filter("kind", gettext_lazy("Kind"), Room.Kind.choices),
        ],
        order="-opened_at",
        empty=gettext_lazy("You take part in no war room."),
        hint=gettext_lazy("The team opens a room and says which organisations take part."),
    )
    return table.answer("warroom/rooms.html", {"opens": request.viewer.is_team, "now": moment.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*TEAM)
def opening(request: Request) -> HttpResponse:
    """Open a room."""
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("title", "kind", "purpose", "tlp", "exercise")}
        period = (form.cleaned_data["begin"], form.cleaned_data["end"])
        room = attempt(request, lambda: open_room(by=request.actor, period=period, **given), _("The room is open."))
        if room is not None:
            return HttpResponseRedirect(reverse("room_steer", args=[room.pk]))
    return render(request, "warroom/open.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One room: its lanes side by side, what is decided and to be decided, and what else it joins."""
    return _page(enter(request, pk), "room")


@require_safe
@allow(*READS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the room that changed."""
    return _parts(enter(request, pk), "room")


@require_safe
@allow(*READS)
def wall(request: Request, pk: UUID) -> HttpResponse:
    """The room on the wall, read from three metres."""
    return _page(enter(request, pk), "wall")


@require_safe
@allow(*READS)
def wall_parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the wall display that changed."""
    return _parts(enter(request, pk), "wall")


def _page(inside: Inside, kind: str) -> HttpResponse:
    request, room, reach = inside.request, inside.room, inside.reach
    made, _stale = room_parts.parts(request.viewer, room, reach, kind=kind, patient=True)
    context: dict[str, Any] = {
        "room": room,
        "reach": reach,
        "parts": room_parts.signed(made, get_token(request)),
        "live_token": live_parts.token(request.viewer, topic(room)),
        "topics": topic(room),
    }
    if reach.may("log") and room.state != Room.State.CLOSED:
        context["line"] = LineForm(room=room, top=reach.top)
    return render(request, f"warroom/{kind}.html", context)


def _parts(inside: Inside, kind: str) -> HttpResponse:
    request = inside.request
    made, stale = room_parts.parts(request.viewer, inside.room, inside.reach, kind=kind)
    new = room_parts.signed(made, get_token(request)).by_id.values()
    return live_parts.answer(request, new, title=made.title, again=stale)
