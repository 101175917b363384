"""The ladder: who is told next, and by which way, while nobody has acknowledged.

A ladder is made afresh from the contacts on file each time a step is due; what was used already is never used again for the same notice. So a
contact that is added, leaves or goes away while the ladder is being climbed needs no special case, and nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from paraat.alerts.rules import night
from paraat.kernel.severity import RINGS_AT_NIGHT

UNCONFIRMED = timedelta(days=180)
"""A contact that was confirmed longer ago is still used, with the deputy in parallel."""

INTERVALS: dict[int, timedelta] = {
    0: timedelta(hours=24),
    1: timedelta(hours=8),
    2: timedelta(hours=1),
    3: timedelta(minutes=10),
    4: timedelta(minutes=5),
    5: timedelta(minutes=5),
}
"""How long a rung gets before the next one, by severity."""

CALL_LIST_PATIENCE = 2
"""The call list gets this many intervals before the ladder counts as exhausted: a person has to phone."""


class Role(StrEnum):
    """The roles of contacts (the values of `registry.Contact.Role`) that the ladder knows."""

    SPOC = "spoc"
    DEPUTY = "deputy"
    ICT = "ict_on_call"
    HEAD = "head"


ORDER = (Role.SPOC, Role.DEPUTY, Role.ICT)


@dataclass(frozen=True, slots=True)
class Way:
    """An address of a contact. What counts as told is `(kind, address)`."""

    kind: str
    address: str
    channel: UUID | None = None
    out_of_band: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What must not be used twice."""
        return self.kind, self.address


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the ladder sees it: `ways` in the order in which they are tried."""

    id: UUID
    role: str
    ways: tuple[Way, ...] = ()
    night: str = night.Preference.SEVERE
    confirmed_at: datetime | None = None
    away: bool = False
    replaced_by: UUID | None = None

    def is_confirmed(self, now: datetime) -> bool:
        """Whether somebody confirmed this contact in the last 180 days."""
        return self.confirmed_at is not None and now - self.confirmed_at <= UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Call:
    """Telling one person by one way."""

    person: Person
    way: Way


@dataclass(frozen=True, slots=True)
class Rung:
    """What happens at one step, all at once."""

    calls: tuple[Call, ...]


class Next(StrEnum):
    """What the ladder says."""

    TELL = "tell"
    WAIT = "wait"  # it is night; go on in the morning
    CALL_LIST = "call_list"  # a person of the team has to phone
    EXHAUSTED = "exhausted"  # it belongs to a named officer


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now, and when the next step is due; `waits_until` when the night is the reason."""

    next: Next
    calls: tuple[Call, ...] = ()
    due_at: datetime | None = None
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """One notice that nobody has acknowledged, as the ladder needs to know it.

    `used`: keys of ways already used. `absent`: persons whose automatic reply came. `listed`: whether it stands on the call list.
    `pace` speeds up the clock of an exercise.
    """

    severity: int
    rungs: tuple[Rung, ...]
    used: frozenset[tuple[str, str]] = frozenset()
    absent: frozenset[UUID] = frozenset()
    listed: bool = False
    ring_at_night: bool = False
    pace: int = 1


def interval(severity: int, pace: int = 1) -> timedelta:
    """How long one rung gets."""
    return INTERVALS[min(max(severity, 0), 5)] / max(pace, 1)


def rungs(people: Iterable[Person], provider: Iterable[Person], now: datetime) -> tuple[Rung, ...]:
    """The ladder: each way of the SPOC, then of the deputy, the ICT on-call and (given only with the constituent's consent) its provider.

    Who is away is replaced by whom he named, else left out. A contact not confirmed for 180 days has the next person in parallel. The head
    of administration is asked only when nobody else is on file.
    """
    known = {person.id: person for person in people}
    standing = _standing(known)
    columns = [[person for person in standing if person.role == role] for role in ORDER]
    if not any(person.ways for column in columns for person in column):
        columns = [[person for person in standing if person.role == Role.HEAD]]
    columns.append(list(provider))
    return tuple(_parallel([person for column in columns for person in column if person.ways], now))


def step(situation: Situation, now: datetime) -> Step:
    """What is done now for a notice whose step is due. Each rung gets its whole interval from now, however late this is: after a long
    outage a ladder goes on rung by rung, never all at once."""
    due = now + interval(situation.severity, situation.pace)
    blocked = False
    for rung in situation.rungs:
        open_calls = [call for call in rung.calls if _open(call, situation)]
        ringing = [call for call in open_calls if _may(call, situation, now)]
        if ringing:
            return Step(Next.TELL, tuple(ringing), due)
        if open_calls and situation.severity < RINGS_AT_NIGHT:
            return _wait(now)
        blocked = blocked or bool(open_calls)
    if not situation.listed:
        return _call_list(situation, now)
    if blocked:  # somebody may be rung in the morning
        return Step(Next.EXHAUSTED, (), min(night.morning(now), due))
    return Step(Next.EXHAUSTED, (), due)


def upcoming(situation: Situation) -> str:
    """Whom the next step after this one tells, for the sentence "no answer? then we ...": a role, `again` (the same person), or `call_list`."""
    left = [[call for call in rung.calls if _open(call, situation)] for rung in situation.rungs]
    following = [calls for calls in left if calls]
    if not following:
        return Next.CALL_LIST
    told = {call.person.id for rung in situation.rungs for call in rung.calls if call.way.key in situation.used}
    person = following[0][0].person
    return "again" if person.id in told else person.role


def reach(people: Iterable[Person]) -> str:
    """Whether somebody can be reached when the organisation itself is down: `ok`, `not_out_of_band` or `none`."""
    ways = [way for person in people if person.role in {*ORDER, Role.HEAD} for way in person.ways]
    if not ways:
        return "none"
    return "ok" if any(way.out_of_band for way in ways) else "not_out_of_band"


def _standing(known: Mapping[UUID, Person]) -> list[Person]:
    """Everybody who is here, in the place of whom they stand for. When everybody is away, everybody is asked all the same."""
    found: list[Person] = []
    for person in known.values():
        instead = _instead(person, known)
        if instead is not None:
            found.append(_as(instead, person.role))
    return found if any(person.ways for person in found) else list(known.values())


def _instead(person: Person, known: Mapping[UUID, Person]) -> Person | None:
    """Follow "away, replaced by" to somebody who is here; None when it leads nowhere or in a circle."""
    seen: set[UUID] = set()
    while person.away:
        if person.id in seen or person.replaced_by is None or person.replaced_by not in known:
            return None
        seen.add(person.id)
        person = known[person.replaced_by]
    return person


def _as(person: Person, role: str) -> Person:
    return Person(person.id, role, person.ways, person.night, person.confirmed_at, person.away, person.replaced_by)


def _parallel(people: Sequence[Person], now: datetime) -> Iterable[Rung]:
    """One rung per way; beside somebody who is not confirmed stands the next person's way of the same rank."""
    done: set[tuple[str, str]] = set()
    for place, person in enumerate(people):
        beside = people[place + 1] if place + 1 < len(people) and not person.is_confirmed(now) else None
        rows = max(len(person.ways), len(beside.ways) if beside else 0)
        for row in range(rows):
            calls = [Call(who, who.ways[row]) for who in (person, beside) if who is not None and row < len(who.ways)]
            fresh = _fresh(calls, done)
            if fresh:
                yield Rung(tuple(fresh))


def _fresh(calls: Iterable[Call], done: set[tuple[str, str]]) -> list[Call]:
    found = []
    for call in calls:
        if call.way.key not in done:
            done.add(call.way.key)
            found.append(call)
    return found


def _open(call: Call, situation: Situation) -> bool:
    return call.way.key not in situation.used and call.person.id not in situation.absent


def _may(call: Call, situation: Situation, now: datetime) -> bool:
    return call.way.kind not in night.RINGING or night.may_ring(
        now, severity=situation.severity, officer_said_so=situation.ring_at_night, preference=call.person.night
    )


def _wait(now: datetime) -> Step:
    morning = night.morning(now)
    return Step(Next.WAIT, (), morning, morning)


def _call_list(situation: Situation, now: datetime) -> Step:
    """Below severity 3 the officers do not phone at night either, unless one said so."""
    patience = interval(situation.severity, situation.pace) * CALL_LIST_PATIENCE
    if night.may_ring(now, severity=situation.severity, officer_said_so=situation.ring_at_night):
        return Step(Next.CALL_LIST, (), now + patience)
    morning = night.morning(now)
    return Step(Next.CALL_LIST, (), morning + patience, morning)
