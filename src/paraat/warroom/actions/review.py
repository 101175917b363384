"""The after-action review of a closed room."""

from __future__ import annotations

from collections.abc import Mapping

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch
from paraat.warroom.models import Room
from paraat.warroom.rules import reviews


@action
def write_review(*, room: Room, answers: Mapping[str, str], by: Actor) -> None:
    """Write (a part of) the review: `expected`, `happened`, `why`, `changes`. It can be written before the room is closed and after.

    Raises Invalid when all four are empty.
    """
    kept = reviews.cleaned(answers)
    if not any(kept.values()):
        raise Invalid("Write at least one of the four answers", field="expected")
    Room.objects.filter(pk=room.pk).update(review=kept)
    note("room.review", by=by, on=room, room=room, open_questions=len(reviews.missing(kept)))
    touch(room)
    room.refresh_from_db()
