"""The press log of a room: which medium called, what it asked, which line it was told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from paraat.alerts.views.acting import WORKS, found
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import words_for
from paraat.platform.tables import Column, Table
from paraat.warroom.actions import press
from paraat.warroom.models import PressCall, Room, Statement
from paraat.warroom.statement_forms import AnswerForm, CallForm
from paraat.warroom.views.sitreps import READS


@require_safe
@allow(*READS)
def listing(request: Request, room: UUID) -> HttpResponseBase:
    """The calls, newest first; those that nobody answered yet stand out."""
    place: Room = found(Room.objects.visible_to(request.viewer), room)
    seen: Any = Statement.objects.readable_by(request.viewer).filter(room=place)
    readable = set(seen.values_list("pk", flat=True))
    table = Table(
        request,
        PressCall.objects.visible_to(request.viewer).filter(room=place).select_related("statement"),
        name=f"press-{place.number}",
        columns=[
            Column("at", gettext_lazy("When"), sort="at"),
            Column("medium", gettext_lazy("Medium"), sort="medium"),
            Column("asked", gettext_lazy("Asked")),
            Column("told", gettext_lazy("Told"), value=lambda row: told(row, readable)),
            Column("taken_by", gettext_lazy("Taken by")),
        ],
        search=["medium", "asked"],
        order="-at",
        empty=gettext_lazy("The press has not called yet."),
    )
    context = {
        "room": place,
        "told": told,
        "readable": readable,
        "writes": request.viewer.has(*WORKS),
        "form": CallForm(standing=_standing(request, place)),
        "now": moment.now(),
    }
    return table.answer("warroom/press.html", context)


def told(call: PressCall, readable: Collection[UUID]) -> str:
    """What the press was told: the subject of the statement where the reader may see it."""
    if call.statement is None:
        return call.told
    return call.statement.subject if call.statement_id in readable else _("restricted")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, room: UUID) -> HttpResponse:
    """Write down a call."""
    place: Room = found(Room.objects.visible_to(request.viewer), room)
    form = CallForm(request.POST or None, standing=_standing(request, place))
    if request.method == "POST" and form.is_valid():
        try:
            press.log_call(room=place, by=request.actor, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.add_error(None, words_for(error))
        else:
            return HttpResponseRedirect(reverse("press", args=[room]))
    context = {"room": place, "form": form, "call": None}
    return render(request, "warroom/press_write.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def answer(request: Request, room: UUID, pk: UUID) -> HttpResponse:
    """Write down what they were told."""
    rows: Any = PressCall.objects.visible_to(request.viewer).select_related("room")
    call: PressCall = found(rows.filter(room=room, told_at=None), pk)
    form = AnswerForm(request.POST or None, standing=_standing(request, call.room))
    if request.method == "POST" and form.is_valid():
        try:
            press.answer_call(call=call, by=request.actor, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.add_error(None, words_for(error))
        else:
            return HttpResponseRedirect(reverse("press", args=[room]))
    context = {"room": call.room, "form": form, "call": call}
    return render(request, "warroom/press_write.html", context, status=400 if form.errors else 200)


def _standing(request: Request, room: Room) -> Any:
    return Statement.objects.visible_to(request.viewer).standing(moment.now()).filter(room=room)
