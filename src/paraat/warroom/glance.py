"""The short way to the parts of a room. Two hundred pages ask every second; nearly all are handed what another of their class was handed.

It answers what is asked a thousand times a minute and leaves everything else to the long way, the view: who is not known here yet, who may not
come in, a room that has to be made again, and forms, which need the token of their page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from paraat.accounts.models import User
from paraat.kernel.marking import Tlp
from paraat.platform import parts as live_parts
from paraat.warroom import parts as room_parts
from paraat.warroom.models import Room
from paraat.warroom.reach import reach_of
from paraat.warroom.rules import rights
from paraat.warroom.views.entering import READS
from paraat.warroom.witness import Witness, witness

KNOWN = 5000
"""How many sessions a process remembers the account of; it only says for whom to ask the database."""
_address = re.compile(r"/rooms/([0-9a-f-]{36})/(wall/)?parts/").fullmatch


class GlanceMiddleware:
    """Answers from what was made for the viewer's class, when one query says that he is of that class and that it is as new as it should be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._known: dict[str, tuple[UUID, ResolverMatch | None]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer by the short way, else by the long one."""
        asked = _address(request.path_info) if request.method == "GET" else None
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME) if asked else None
        if asked is None or session is None:
            return self.get_response(request)
        answer = self._short(request, session, UUID(asked[1]), "wall" if asked[2] else "room")
        return answer or self._long(request, session)

    def _short(self, request: HttpRequest, session: str, room: UUID, kind: str) -> HttpResponse | None:
        known = self._known.get(session)
        if known is None:
            return None
        user, match = known
        seen = witness(session, user, room)
        answer = _glance(request, seen, room, kind) if seen else None
        if seen and answer:
            request.get_host()  # refuses a host that is not ours, as the long way does
            request.viewer, request.resolver_match = seen.viewer, match  # type: ignore[attr-defined]  # for what stands around us
        return answer

    def _long(self, request: HttpRequest, session: str) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in {200, 204}:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[session] = cast("User", request.user).pk, request.resolver_match
        return response


def _glance(request: HttpRequest, seen: Witness, room: UUID, kind: str) -> HttpResponse | None:
    """The parts, when a viewer like this may see the room and it was made for his class; None: the long way."""
    ceilings = [ceiling for _part, ceiling in seen.taking]
    if not (seen.viewer.has(*READS) and rights.may_see(seen.viewer, Tlp(seen.tlp), ceilings)):
        return None
    reach = reach_of(seen.viewer, Room(pk=room), seen.taking)
    key = room_parts.key(room, reach, kind, seen.language, seen.timezone)
    found = room_parts.remembered(key, seen.cursor) if reach.may("read") else None
    if found is None:
        return None
    made, stale = found
    answer = live_parts.answer(request, made.by_id.values(), title=made.title, again=stale)
    if room_parts.CSRF.encode() in answer.content:
        return None
    answer.headers["Vary"] = "Cookie"
    return answer
