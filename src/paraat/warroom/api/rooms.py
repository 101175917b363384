"""War rooms and their signals: read, reported."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import LABELLED, TEAM, WATCHES, Role
from paraat.platform.api import (
    Answer,
    ApiRequest,
    Moment,
    Operations,
    Page,
    Part,
    Plain,
    Scope,
    TlpLabel,
    page,
    visible,
)
from paraat.warroom.actions.signals import report_signal
from paraat.warroom.models import Room, Signal
from paraat.warroom.reach import reach

operations = Operations(tags=["rooms"])
READS = frozenset({*WATCHES, Role.PARTNER, Role.OBSERVER, Role.SPOC, Role.PROVIDER})
WRITES = frozenset({*TEAM, Role.PARTNER, Role.SPOC, Role.PROVIDER})
Text = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class RoomOut(Answer):
    """A war room."""

    id: UUID
    number: str
    title: str
    purpose: str
    kind: str
    state: str
    threat_level: int = Field(description="1 low to 4 very serious")
    tlp: TlpLabel
    exercise: bool
    opened_at: datetime
    period_from: datetime | None
    period_until: datetime | None
    closed_at: datetime | None
    cursor: int = Field(description="grows with every change of the room")


class SignalOut(Answer):
    """Something reported in a lane of a room."""

    id: UUID
    lane: str = Field(validation_alias="lane_key")
    state: str
    text: str
    claim: str
    channel: str
    spread: str
    legal_basis: str
    source: str
    reliability: str
    credibility: str
    verified: bool | None = Field(description="null: nobody checked")
    organisation: UUID | None = Field(validation_alias="organisation_id")
    tlp: TlpLabel
    exercise: bool
    seen_at: datetime
    reported_at: datetime
    reported_by: str
    escalated_at: datetime | None
    escalated_to: str
    closed_at: datetime | None
    outcome: str
    purged_at: datetime | None


class RoomFilter(Part):
    """Which rooms."""

    state: Plain = Field("", max_length=8)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read("/rooms", scope=Scope.CASES_READ, roles=READS, answer=Page[RoomOut], operation_id="listRooms")
def list_rooms(request: ApiRequest, which: Query[RoomFilter]) -> dict[str, Any]:
    """War rooms that you may see, newest first."""
    rows = Room.objects.visible_to(request.viewer)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-opened_at", "pk"), which)


@operations.read("/rooms/{uuid:room}", scope=Scope.CASES_READ, roles=READS, answer=RoomOut, operation_id="getRoom")
def get_room(request: ApiRequest, room: UUID) -> Room:
    """One war room."""
    found: Room = visible(Room.objects.all(), request, room)
    return found


class SignalFilter(Part):
    """Which signals."""

    lane: Plain = Field("", max_length=40)
    state: Plain = Field("", max_length=10)


@operations.read(
    "/rooms/{uuid:room}/signals",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[SignalOut],
    operation_id="listSignals",
)
def list_signals(request: ApiRequest, room: UUID, which: Query[SignalFilter]) -> dict[str, Any]:
    """The signals of a room that you may see, newest first."""
    rows = Signal.objects.visible_to(request.viewer).filter(room=visible(Room.objects.all(), request, room))
    rows = rows.filter(lane__key=which.lane) if which.lane else rows
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.select_related("lane").order_by("-reported_at", "pk"), which)


class SignalIn(Schema):
    """A signal. A lane of disinformation wants claim, channel and legal_basis, and refuses what points at a private person."""

    lane: Plain = Field(max_length=40, description="its key")
    text: Text = ""
    source: Plain = Field("", max_length=200)
    reliability: Plain = Field("F", pattern="^[A-F]$", description="of the source, A to F (Admiralty grading)")
    credibility: Plain = Field("6", pattern="^[1-6]$", description="of the information, 1 to 6")
    tlp: TlpLabel | None = Field(None, description="the room's own when it is not said; never above your ceiling")
    claim: Plain = Field("", max_length=500)
    channel: Plain = Field("", max_length=100)
    spread: Plain = Field("", max_length=200)
    legal_basis: Plain = Field("", max_length=300)
    seen_at: Moment | None = Field(None, description="when it was seen; now when it is not said")


@operations.write(
    "/rooms/{uuid:room}/signals",
    scope=Scope.CASES_WRITE,
    roles=WRITES,
    answer=SignalOut,
    status=201,
    operation_id="reportSignal",
)
def add_signal(request: ApiRequest, room: UUID, given: SignalIn) -> Signal:
    """Report a signal in a lane. 403 for who only observes, 409 in a closed room."""
    found: Room = visible(Room.objects.all(), request, room)
    held = reach(request.viewer, found)
    level = LABELLED[given.tlp] if given.tlp else found.tlp
    if not held.may("signal"):
        raise NotAllowed("Your part in this room is to read")
    if level > held.top:
        raise NotAllowed("This TLP lies above your ceiling in this room")
    fields = given.model_dump(exclude={"tlp"})
    return report_signal(room=found, by=request.actor, tlp=level, **fields)
