"""Organisations join a room and leave it. The team decides as what, and up to which TLP they are told."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.registry.models import Organisation
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import Participant, Room


@action
def join_room(
    *, room: Room, organisation: Organisation, part: str, by: Actor, ceiling: Tlp | int = Tlp.AMBER
) -> Participant:
    """Have an organisation take part, or change how it does; its people see the room from now on, up to `ceiling`.

    Raises Invalid for an unknown part, and for a ceiling below the room's own TLP: it would take part in what it may not see.
    """
    if part not in Participant.Part.values:
        raise Invalid("There is no such part", field="part", value=part)
    if int(ceiling) < room.tlp:
        raise Invalid("The ceiling lies below the room's own TLP: they would not see the room", field="ceiling")
    now = moment.now()
    Participant.objects.filter(room=room, organisation=organisation, left_at=None).update(left_at=now)
    taking = Participant.objects.create(
        room=room, organisation=organisation, part=part, ceiling=int(ceiling), joined_at=now
    )
    note(
        "room.takes_part", by=by, on=room, room=room, organisation=str(organisation.pk), part=part, ceiling=Tlp(ceiling).label
    )  # fmt: skip
    touch_open(room)
    return taking


@action
def leave_room(*, participant: Participant, by: Actor) -> None:
    """An organisation no longer takes part: from now on its people do not see the room. Raises Conflict when it had left already."""
    going = Participant.objects.filter(pk=participant.pk, left_at=None)
    if going.update(left_at=moment.now()) != 1:
        raise Conflict("This organisation has left already")
    room = participant.room
    note("room.left", by=by, on=room, room=room, organisation=str(participant.organisation_id))
    touch_open(room)
