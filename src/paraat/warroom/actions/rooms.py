"""A room is opened, steered through its states and periods, and gets lanes; cases, alerts and organisations are joined to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from paraat.alerts.models import Alert
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.models import Case
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.registry.models import Organisation
from paraat.warroom.actions.changes import note, touch, touch_open
from paraat.warroom.models import Lane, Room, Signal, ThreatLevel
from paraat.warroom.rules import disinformation, lanes

LANGUAGES = ("nl", "fr", "de", "en")
Period = tuple[datetime | None, datetime | None]


@action
def open_room(
    *,
    title: str,
    by: Actor,
    kind: str = Room.Kind.INCIDENT,
    purpose: str = "",
    organisations: Iterable[Organisation] = (),
    cases: Iterable[Case] = (),
    alerts: Iterable[Alert] = (),
    period: Period | None = None,
    exercise: bool = False,
    tlp: Tlp | int = Tlp.AMBER,
) -> Room:
    """Open a room with the lanes of its kind. `organisations` are those watched; who takes part joins later (`join_room`).

    Raises Invalid without a title, for an unknown kind, for a period that ends before it begins, and for a case or alert of the other world.
    """
    if not title.strip():
        raise Invalid("Give the room a title", field="title")
    if kind not in Room.Kind.values:
        raise Invalid("There is no such kind of room", field="kind", value=kind)
    begin, end = _checked(period)
    now = moment.now()
    room = Room.objects.create(
        number=take_number(kind="W", now=now),
        title=title.strip()[:200],
        purpose=purpose.strip(),
        kind=kind,
        state_at=now,
        opened_at=now,
        opened_by=by.label[:200],
        period_from=begin,
        period_until=end,
        purge_at=end + disinformation.KEPT if end else None,
        tlp=int(tlp),
        exercise=exercise,
    )
    ThreatLevel.objects.create(room=room, level=room.threat_level, because="The room was opened", at=now, by=by.label)
    _first_lanes(room)
    for case in cases:
        join_case(room=room, case=case, by=by)
    for alert in alerts:
        join_alert(room=room, alert=alert, by=by)
    room.organisations.set(list(organisations))
    note("room.opened", by=by, on=room, room=room, title=room.title)
    touch(room)
    return room


def _checked(period: Period | None) -> Period:
    begin, end = period or (None, None)
    if begin and end and begin >= end:
        raise Invalid("The period ends before it begins", field="period_until")
    return begin, end


def _first_lanes(room: Room) -> None:
    Lane.objects.bulk_create(
        [
            Lane(room=room, key=one.key, title=one.title, position=place, disinformation=one.disinformation)
            for place, one in enumerate(lanes.first(room.kind))
        ]
    )


@action
def add_lane(*, room: Room, title: str | Mapping[str, str], by: Actor, disinformation: bool = False) -> Lane:
    """Add a lane; a title in one language serves for all. Raises Invalid without a title, Conflict when there is one of that name."""
    titles = dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else dict(title)
    named = next((text.strip() for text in titles.values() if text.strip()), "")
    key = slugify(named)[:40] or "lane"
    if not named:
        raise Invalid("Give the lane a title", field="title")
    if room.lanes.filter(key=key).exists():
        raise Conflict("There is a lane of this name already")
    lane = Lane.objects.create(
        room=room, key=key, title=titles, position=room.lanes.count(), disinformation=disinformation
    )
    note("room.lane", by=by, on=lane, room=room, lane=key)
    touch_open(room)
    return lane


@action
def join_case(*, room: Room, case: Case, by: Actor) -> None:
    """Join a case to the room. Who may not see the case sees "restricted" and whom to ask. Raises Invalid when one of them is an exercise only."""
    _same_world(room, case)
    room.cases.add(case)
    note("room.joined", by=by, on=room, room=room, case=str(case.pk))
    touch_open(room)


@action
def join_alert(*, room: Room, alert: Alert, by: Actor) -> None:
    """Join an alert to the room; for who may see it see `join_case`."""
    _same_world(room, alert)
    room.alerts.add(alert)
    note("room.joined", by=by, on=room, room=room, alert=str(alert.pk))
    touch_open(room)


@action
def watch_organisation(*, room: Room, organisation: Organisation, by: Actor) -> None:
    """Put an organisation among those that the room watches. That does not make it take part."""
    room.organisations.add(organisation)
    note("room.watches", by=by, on=room, room=room, organisation=str(organisation.pk))
    touch_open(room)


def _same_world(room: Room, other: Case | Alert) -> None:
    if room.exercise != other.exercise:
        raise Invalid("An exercise and reality are not joined", number=other.number)


@action
def describe_room(*, room: Room, title: str, purpose: str, by: Actor) -> None:
    """Change title and purpose. Raises Invalid without a title."""
    if not title.strip():
        raise Invalid("Give the room a title", field="title")
    Room.objects.filter(pk=room.pk).update(title=title.strip()[:200], purpose=purpose.strip())
    note("room.described", by=by, on=room, room=room, title=title.strip())
    touch_open(room)


@action
def set_period(
    *, room: Room, begin: datetime | None, end: datetime | None, rhythm: list[dict[str, str]], by: Actor
) -> None:
    """Set the operational period and its battle rhythm. While the period runs, its disinformation signals go 90 days after the new end; once it is
    over, a new one does not keep the old signals longer."""
    _checked((begin, end))
    now = moment.now()
    over = room.period_until is not None and room.period_until <= now
    Room.objects.filter(pk=room.pk).update(
        period_from=begin, period_until=end, rhythm=rhythm, purge_at=end + disinformation.KEPT if end else None
    )
    if not over:
        _kept(room).update(purge_at=disinformation.purge_at(end, now) if end else None)
    note("room.period", by=by, on=room, room=room, begin=begin, end=end)
    touch_open(room)


@action
def move_room(*, room: Room, to: str, by: Actor) -> None:
    """Move a room to another state. Closed, its review is asked for and disinformation without a period goes after 90 days; opened again, it goes on.

    Raises Invalid for an unknown state, Conflict when the room is no longer in the state that `room` was read in.
    """
    if to not in Room.State.values or to == room.state:
        raise Invalid("A room cannot go to this state", field="state", value=to)
    now = moment.now()
    closed = to == Room.State.CLOSED
    changed: dict[str, Any] = {"state": to, "state_at": now, "closed_at": now if closed else None}
    if closed and room.purge_at is None:
        changed["purge_at"] = now + disinformation.KEPT
    if Room.objects.filter(pk=room.pk, state=room.state).update(**changed) != 1:
        raise Conflict()
    if closed:
        _kept(room).filter(purge_at=None).update(purge_at=now + disinformation.KEPT)
    note("room.state", by=by, on=room, room=room, before=room.state, state=to)
    touch(room)
    room.refresh_from_db()


def _kept(room: Room) -> Any:
    return Signal.objects.filter(room=room, lane__disinformation=True, purged_at=None)
