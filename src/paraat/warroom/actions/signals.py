"""Signals are reported in a lane, looked at, verified or not, escalated and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from paraat.alerts.models import Alert
from paraat.incidents.models import Case
from paraat.kernel.actor import Actor
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.registry.models import Organisation
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import Lane, Room, Signal
from paraat.warroom.rules import disinformation


@action
def report_signal(
    *,
    room: Room,
    lane: Lane | str,
    text: str,
    by: Actor,
    source: str = "",
    reliability: str = Reliability.F,
    credibility: str | int = Credibility.CANNOT_BE_JUDGED,
    tlp: Tlp | int | None = None,
    organisation: Organisation | None = None,
    case: Case | None = None,
    alert: Alert | None = None,
    claim: str = "",
    channel: str = "",
    spread: str = "",
    legal_basis: str = "",
    seen_at: datetime | None = None,
) -> Signal:
    """Report something in a lane (or its key); not verified until somebody says so. `tlp` None: the room's own.

    In a disinformation lane `claim`, `channel`, `spread` and `legal_basis` count; the text may be empty. Raises Invalid when words are missing or
    point at a private person, when the grade is none of the Admiralty's, when it was seen in the future; Conflict in a closed room.
    """
    kept, now = _lane(room, lane), moment.now()
    said = {"text": text.strip(), "claim": claim.strip(), "channel": channel.strip(), "spread": spread.strip(), "source": source.strip()}  # fmt: skip
    if kept.disinformation:
        _check_disinformation(said, legal_basis)
    elif not said["text"]:
        raise Invalid("Write what was seen", field="text")
    if reliability not in list(Reliability) or str(credibility) not in list(Credibility):
        raise Invalid("The grade is a letter A to F and a number 1 to 6", field="reliability")
    if seen_at and seen_at > now:
        raise Invalid("It cannot be seen before it happens", field="seen_at")
    signal = Signal.objects.create(
        room=room,
        lane=kept,
        **_cut(said if kept.disinformation else {**said, "claim": "", "channel": "", "spread": ""}),
        legal_basis=legal_basis.strip()[:300] if kept.disinformation else "",
        purge_at=disinformation.purge_at(room.period_until, now) if kept.disinformation else None,
        reliability=reliability,
        credibility=str(credibility),
        organisation=organisation,
        case=case,
        alert=alert,
        seen_at=seen_at or now,
        reported_at=now,
        reported_by=by.label[:200],
        tlp=int(room.tlp if tlp is None else tlp),
        exercise=room.exercise,
    )
    note("signal.reported", by=by, on=signal, room=room, lane=kept.key)
    touch_open(room)
    return signal


def _lane(room: Room, lane: Lane | str) -> Lane:
    found = room.lanes.filter(key=lane).first() if isinstance(lane, str) else lane
    if found is None or found.room_id != room.pk:
        raise Invalid("This room has no such lane", field="lane")
    return found


def _check_disinformation(said: dict[str, str], legal_basis: str) -> None:
    for name, words in (
        ("claim", "Write what is claimed"),
        ("channel", "Name the channel: a platform, a medium, a leaflet"),
    ):
        if not said[name]:
            raise Invalid(words, field=name)
    if not legal_basis.strip():
        raise Invalid("Name the legal basis on which this is kept", field="legal_basis")
    refuse_persons(said)


def refuse_persons(fields: dict[str, str]) -> None:
    """Raise Invalid when one of these fields of a disinformation signal points at a person."""
    found = disinformation.first_trace(fields)
    if found:
        raise Invalid(disinformation.SAID[found[1]], field=found[0])


def _cut(said: dict[str, str]) -> dict[str, str]:
    longest = {"claim": 500, "channel": 100, "spread": 200, "source": 200}
    return {name: words[: longest.get(name, len(words))] for name, words in said.items()}


@action
def take_signal(*, signal: Signal, by: Actor) -> None:
    """Somebody looks at it. Raises Conflict when it is not new."""
    _move(signal, by, "signal.taken", was=[Signal.State.NEW], state=Signal.State.OPEN)


@action
def verify_signal(*, signal: Signal, verified: bool, how: str, by: Actor) -> None:
    """It was checked: it is so, or not so, and how that is known. Raises Invalid without a how, Conflict when the signal is closed."""
    if not how.strip():
        raise Invalid("Say how it was checked", field="how")
    _check_words(signal, {"how": how})
    _move(signal, by, "signal.verified", verified=verified, verified_how=how.strip()[:300])


@action
def escalate_signal(*, signal: Signal, to: str, by: Actor) -> None:
    """Escalate it to somebody outside the lane, who is named as a function. Raises Invalid without one, Conflict when it is closed or escalated."""
    if not to.strip():
        raise Invalid("Say to whom it is escalated", field="to")
    _check_words(signal, {"to": to})
    was = [Signal.State.NEW, Signal.State.OPEN]
    stamp: dict[str, Any] = {"escalated_at": moment.now(), "escalated_to": to.strip()[:200]}
    _move(signal, by, "signal.escalated", was=was, state=Signal.State.ESCALATED, **stamp)


@action
def close_signal(*, signal: Signal, outcome: str, by: Actor) -> None:
    """Close it, with what came of it. Raises Invalid without that, Conflict when it is closed already."""
    if not outcome.strip():
        raise Invalid("Say what came of it", field="outcome")
    _check_words(signal, {"outcome": outcome})
    stamp: dict[str, Any] = {"closed_at": moment.now(), "outcome": outcome.strip()[:500]}
    _move(signal, by, "signal.closed", state=Signal.State.CLOSED, **stamp)


def _check_words(signal: Signal, words: dict[str, str]) -> None:
    if signal.lane.disinformation:
        refuse_persons(words)


def _move(signal: Signal, by: Actor, verb: str, *, was: Sequence[str] = (), **changed: Any) -> None:
    rows = Signal.objects.filter(pk=signal.pk).exclude(state=Signal.State.CLOSED)
    if (rows.filter(state__in=was) if was else rows).update(**changed) != 1:
        raise Conflict()
    note(
        verb, by=by, on=signal, room=signal.room, **({"verified": changed["verified"]} if "verified" in changed else {})
    )
    touch_open(signal.room)
    signal.refresh_from_db()
