"""What the room decides: asked of somebody, answered, or recorded at once; always with the reason and who was present."""

from __future__ import annotations

from collections.abc import Iterable

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import Decision, Room


@action
def ask_decision(*, room: Room, asked: str, by: Actor, tlp: Tlp | int | None = None) -> Decision:
    """Ask for a decision. Raises Invalid without a question."""
    if not asked.strip():
        raise Invalid("Write what must be decided", field="asked")
    now = moment.now()
    decision = Decision.objects.create(
        room=room, asked=asked.strip(), asked_at=now, recorded_at=now, recorded_by=by.label[:200], **_marks(room, tlp)
    )
    note("decision.asked", by=by, on=decision, room=room)
    touch_open(room)
    return decision


@action
def answer_decision(
    *, decision: Decision, text: str, because: str, present: Iterable[str], by: Actor, decided_by: str = ""
) -> None:
    """Decide what was asked. Raises Invalid without decision, reason or anybody present, Conflict when it was decided already."""
    people = _checked(text, because, present)
    open_one = Decision.objects.filter(pk=decision.pk, decided_at=None)
    answered = open_one.update(
        text=text.strip(),
        because=because.strip(),
        present=people,
        decided_at=moment.now(),
        decided_by=(decided_by or by.label)[:200],
    )
    if answered != 1:
        raise Conflict("This was decided already")
    note("decision.taken", by=by, on=decision, room=decision.room)
    touch_open(decision.room)
    decision.refresh_from_db()


@action
def record_decision(
    *,
    room: Room,
    text: str,
    because: str,
    present: Iterable[str],
    by: Actor,
    decided_by: str = "",
    replaces: Decision | None = None,
    tlp: Tlp | int | None = None,
) -> Decision:
    """Record a decision: what, why, and who was present (functions or names as people give them). A later decision may replace an earlier one.

    Raises Invalid without decision, reason or anybody present, and when it would replace a decision of another room.
    """
    people, now = _checked(text, because, present), moment.now()
    if replaces and replaces.room_id != room.pk:
        raise Invalid("This decision is of another room", field="replaces")
    decision = Decision.objects.create(
        room=room,
        text=text.strip(),
        because=because.strip(),
        present=people,
        decided_at=now,
        decided_by=(decided_by or by.label)[:200],
        recorded_at=now,
        recorded_by=by.label[:200],
        replaces=replaces,
        **_marks(room, tlp),
    )
    note("decision.taken", by=by, on=decision, room=room)
    touch_open(room)
    return decision


def _checked(text: str, because: str, present: Iterable[str]) -> list[str]:
    people = [one.strip() for one in present if one.strip()]
    if not text.strip():
        raise Invalid("Write what was decided", field="text")
    if not because.strip():
        raise Invalid("Write why: it may have to be explained later", field="because")
    if not people:
        raise Invalid("Say who was present", field="present")
    return people


def _marks(room: Room, tlp: Tlp | int | None) -> dict[str, int | bool]:
    return {"tlp": int(room.tlp if tlp is None else tlp), "exercise": room.exercise}
