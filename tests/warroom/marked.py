"""One row of every model of war rooms that carries a marking, for the test that proves `visible_to` equal to the rule.

In rooms the rule is `rules.rights.may_see`: by role, or up to the ceiling of an organisation that takes part; what is in a room is seen by who may
see it and the room too. One town takes part up to a ceiling that differs from row to row, its neighbour did and left.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.warroom.models import (
    Decision,
    Handover,
    InRoom,
    LogEntry,
    Participant,
    PressCall,
    Room,
    RoomTask,
    Signal,
    SituationReport,
    Statement,
)
from paraat.warroom.rules import rights

_number = count(1)


def room(place: int, **marking: Any) -> Room:
    """A room; with a place, the town there takes part, and the next town has left."""
    now = moment.now()
    made: Room = Room.objects.create(
        number=f"W{next(_number)}", title="t", state_at=now, opened_at=now, opened_by="", **marking
    )
    if place:
        ceiling = next(_number) * 7 % 5
        Participant.objects.create(room=made, organisation_id=UUID(int=place), ceiling=ceiling, joined_at=now)
        Participant.objects.create(
            room=made, organisation_id=UUID(int=place % 3 + 1), ceiling=Tlp.RED, joined_at=now, left_at=now
        )
    return made


def in_room(model: Any, **fields: Any) -> Callable[..., Any]:
    """Makes a row in a room that is marked the other way round."""

    def make(place: int, **marking: Any) -> Any:
        about = room(place, tlp=4 - marking["tlp"], exercise=marking["exercise"])
        given = {name: value(about) if callable(value) else value for name, value in fields.items()}
        return model.objects.create(room=about, **given, **marking)

    return make


def _now(_room: Room) -> Any:
    return moment.now()


def _today(_room: Room) -> Any:
    return moment.now().date()


def _lane(about: Room) -> Any:
    return about.lanes.create(key="general", title={"en": "General"})


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {
    Room: room,
    Signal: in_room(Signal, lane=_lane, text="t", seen_at=_now, reported_at=_now),
    Decision: in_room(Decision, text="t", recorded_at=_now),
    RoomTask: in_room(RoomTask, title="t", made_at=_now),
    LogEntry: in_room(LogEntry, text="t", at=_now),
    SituationReport: in_room(SituationReport, as_of=_now, made_at=_now),
    Statement: in_room(Statement, subject="t", authority="a", quoted_at=_today, expires_at=_now, made_at=_now),
    PressCall: in_room(PressCall, medium="t", asked="t", at=_now),
    Handover: lambda _place, **m: Handover.objects.create(made_at=moment.now(), due_at=moment.now(), content={}, **m),
}
HAS_HOUSE = set(MAKERS)
"""A room in which nobody takes part is the team's."""


def allowed(viewer: Viewer, row: Any) -> bool:
    """What the rule says of a room, or of something in one."""
    about: Room = row.room if isinstance(row, InRoom) else row
    taking = about.participants.filter(left_at=None, organisation__in=viewer.own)
    ceilings = list(taking.values_list("ceiling", flat=True))
    marks = {row.tlp, about.tlp}
    return all(rights.may_see(viewer, Tlp(tlp), ceilings) for tlp in marks)
