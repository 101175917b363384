"""Who asks, what he may see and how far the room is, in one query that is made into SQL once: for a page that asks every second.

Nothing about rights is remembered: whoever asks is asked for anew, and what was signed out, taken away or ended counts for the next answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject, Now
from django.utils.crypto import constant_time_compare

from paraat.accounts import rules
from paraat.accounts.middleware import second_factor_is_required
from paraat.accounts.models import Membership, User
from paraat.kernel.marking import Viewer
from paraat.warroom.models import Participant, Room

_USER, _ROOM = UUID(int=(1 << 128) - 1), UUID(int=(1 << 128) - 2)
_SESSION = "the key of a session"
_ASKED = ("session", "password", "language", "timezone", "held", "clients", "has_second_factor", "taking", "tlp", "cursor")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Witness:
    """What the database says of one viewer and one room at this moment."""

    viewer: Viewer
    language: str
    timezone: str
    taking: list[tuple[str, int]]  # parts and ceilings, in this room, of the organisations that he acts for
    tlp: int
    cursor: int


def witness(session: str, user: UUID, room: UUID) -> Witness | None:
    """The open account `user`, to whom the session in force with this key belongs, before this room. None: not so, or he must do something first
    (a second factor); the long way says what."""
    sql, parameters = _compiled()
    given: dict[Any, Any] = {_USER: user, _ROOM: room, _SESSION: session}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(one, one) for one in parameters])
        found = cursor.fetchone()
    row = dict(zip(_ASKED, found, strict=True)) if found else {}
    if not row or row["cursor"] is None or _owner(row["session"], row["password"]) != str(user):
        return None
    viewer = rules.viewer(user, _read(row["held"]), row["clients"])
    if rules.must_have_second_factor(viewer.roles) and second_factor_is_required() and not row["has_second_factor"]:
        return None
    taking = [(one["part"], one["ceiling"]) for one in _read(row["taking"]) if UUID(one["organisation"]) in viewer.own]
    return Witness(viewer, row["language"], row["timezone"], taking, row["tlp"], row["cursor"])


@cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    session = Session.objects.filter(session_key=_SESSION, expire_date__gt=Now())
    mine = Membership.objects.filter(user=OuterRef(OuterRef("pk"))).in_force().values("organisation")
    taking = Participant.objects.filter(room=_ROOM, left_at=None, organisation__in=mine).order_by()
    room = Room.objects.filter(pk=_ROOM).order_by()
    asked = User.objects.active().with_rights().filter(pk=_USER).order_by()
    asked = asked.annotate(
        session=Subquery(session.values("session_data")),
        taking=ArraySubquery(taking.values(one=JSONObject(organisation="organisation_id", part="part", ceiling="ceiling"))),
        tlp=Subquery(room.values("tlp")),
        cursor=Subquery(room.values("cursor")),
    )  # fmt: skip
    return asked.values_list(*_ASKED).query.sql_with_params()


def _read(values: list[Any]) -> list[Any]:
    """JSON as it comes from a query of our own."""
    return [json.loads(one) if isinstance(one, str) else one for one in values]


@lru_cache(maxsize=2000)
def _owner(session: str | None, password: str) -> str | None:
    """The account (its key as text) of a session's contents, when the password is still the one with which it began; else None.

    As `django.contrib.auth.get_user`, but always of the same two texts the same, so that it is reckoned once.
    """
    if session is None:
        return None
    said = import_module(settings.SESSION_ENGINE).SessionStore().decode(session)
    if said.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    proof = User(password=password).get_session_auth_hash()
    return said.get(SESSION_KEY) if constant_time_compare(said.get(HASH_SESSION_KEY, ""), proof) else None
