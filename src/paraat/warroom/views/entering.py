"""The door of every page of a room, and the one shape that all its forms have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from paraat.kernel.errors import Invalid, ParaatError
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.guard import Request
from paraat.platform.marked import MarkedQuerySet
from paraat.platform.pages import words_for
from paraat.warroom.models import Room
from paraat.warroom.reach import Reach, reach

READS = (*WATCHES, Role.PARTNER, Role.OBSERVER, Role.SPOC, Role.PROVIDER)
"""Who may come to a door: the team, auditors, and whoever's organisation can take part. Who is let into which room, `visible_to` decides."""
WRITES = (*TEAM, Role.PARTNER, Role.SPOC, Role.PROVIDER)
"""Who may come to a form; `rules.rights` decides whether he may fill it in."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody in a room."""

    request: Request
    room: Room
    reach: Reach

    @property
    def address(self) -> str:
        """The room's page."""
        return reverse("room", args=[self.room.pk])


def enter(request: Request, pk: UUID, deed: str = "read") -> Inside:
    """Into a room to do something. 404: there is none, or not for this viewer; 403: his part does not reach so far."""
    room = Room.objects.visible_to(request.viewer).filter(pk=pk).first()
    if room is None:
        raise Http404
    inside = Inside(request, room, reach(request.viewer, room))
    if not inside.reach.may(deed):
        raise PermissionDenied
    return inside


def of_room(inside: Inside, rows: MarkedQuerySet, pk: UUID) -> Any:
    """Something of this room that the viewer may see, else 404."""
    found = rows.visible_to(inside.request.viewer).filter(room=inside.room, pk=pk).first()
    if found is None:
        raise Http404
    return found


def form_page(
    inside: Inside,
    form: forms.Form,
    deed: Callable[[], Any],
    *,
    title: str,
    submit: str,
    done: str,
    lead: str = "",
    back: str = "",
) -> HttpResponse:
    """Show a form; filled in well, do the deed and go back to the room (or `back`). What was wrong stands at its field, nothing typed is lost."""
    request = inside.request
    if request.method == "POST" and form.is_valid() and _is_done(form, deed):
        messages.success(request, done)
        return HttpResponseRedirect(back or inside.address)
    context = {"inside": inside, "room": inside.room, "form": form, "title": title, "submit": submit, "lead": lead}
    return render(request, "warroom/form.html", context, status=422 if form.errors else 200)


def _is_done(form: forms.Form, deed: Callable[[], Any]) -> bool:
    try:
        deed()
    except Invalid as error:
        field = str(error.context.get("field") or "")
        form.add_error(field if field in form.fields else None, _(error.said))
    except ParaatError as error:  # somebody was first
        form.add_error(None, words_for(error))
    else:
        return True
    return False


def act(inside: Inside, deed: Callable[[], Any], done: str, *, back: str = "") -> HttpResponse:
    """Do what a button says and go back to the room."""
    try:
        deed()
        messages.success(inside.request, done)
    except ParaatError as error:
        messages.error(inside.request, words_for(error))
    return HttpResponseRedirect(back or inside.address)


def lane_title(lane: Any, language: str) -> str:
    """A lane's title in a language, else in any."""
    titles = cast("dict[str, str]", lane.title)
    return titles.get(language) or next(iter(titles.values()), lane.key)
