"""Facts that a lower app announces and a higher one acts upon: typed, in the same process and the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from paraat.kernel.actor import Actor
from paraat.kernel.ids import HOUSE

Fact = TypeVar("Fact")
_subscribers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[Fact]) -> Callable[[Callable[[Fact], None]], Callable[[Fact], None]]:
    """Register a function for every announced fact of `kind`; an app does so in its `AppConfig.ready`, by importing its subscriptions."""

    def register(function: Callable[[Fact], None]) -> Callable[[Fact], None]:
        if function not in _subscribers[kind]:
            _subscribers[kind].append(function)
        return function

    return register


def announce(fact: object) -> None:
    """Tell every subscriber, now, in the caller's transaction: they succeed or fail together."""
    for function in _subscribers.get(type(fact), ()):
        function(fact)


@dataclass(frozen=True, slots=True)
class Waits:
    """Something waits for a person: a held list, a "perhaps", an unassigned host, a stale feed, an exhausted ladder.

    `key` is unique per waiting thing, so that announcing it again pages nobody twice. `urgent` pages at once, else it only shows as a task.
    `stage`: with whom paging begins (0 the first on call, 2 the coordinator).
    """

    kind: str
    key: str
    summary: str
    url: str
    organisation: UUID = HOUSE
    urgent: bool = True
    exercise: bool = False
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What waited under `key` has been dealt with."""

    key: str


@dataclass(frozen=True, slots=True)
class ListRead:
    """A file of a feed has been read and attributed: the run's id, its source and the moment that the list itself speaks of."""

    run: UUID
    source: str
    listed_at: datetime
    exercise: bool


@dataclass(frozen=True, slots=True)
class PerhapsDecided:
    """A person decided, after the file was read, that it does (`yes`) or does not concern an organisation.

    `finding` is the line decided, or the one that came to be because a host that nobody owned was assigned. Yes: the organisation is to be told.
    """

    finding: UUID
    run: UUID
    organisation: UUID
    yes: bool


@dataclass(frozen=True, slots=True)
class Tells:
    """A lower app has something to tell a contact (an invitation, a test, a reminder); alerts makes it a delivery.

    `key` is unique per thing told: announcing it again tells nobody twice. `body` may hold one signed link;
    it is plain text in the contact's language.
    """

    key: str
    contact: UUID
    purpose: str  # invitation, test, reminder
    subject: str
    body: str
    channel: UUID | None = None  # one channel of the contact; None: the first that works
    exercise: bool = False
    urgent: bool = False  # goes before everything else, and rings at night


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back on something that was told by `Tells`: a person answered, an automatic reply came, or it bounced.

    `how`: person, automatic or bounced; `through`: mail, sms or key.
    """

    key: str
    contact: UUID
    how: str
    through: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that outside systems may want to know: `event` is alert.sent, alert.withdrawn, notice.acknowledged or notice.silent.

    The marking travels along, so that whoever passes it on can decide who may know: `organisation` None means that several are concerned.
    """

    event: str
    object: UUID  # of the alert or the notice
    alert: UUID
    number: str
    at: datetime
    tlp: int
    exercise: bool
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something was done: announced with every line of the journal. An exercise measures by it how long people took."""

    verb: str
    object_type: str
    object_id: str
    by: Actor
    organisation: UUID | None
    exercise: bool


@dataclass(frozen=True, slots=True)
class Journalled:
    """An action is done: all that it recorded, announced once, at the end of its transaction. Who subscribes records nothing more.

    `deeds` are (verb, id of what it was done to). For who would else ask the database once for each of thousands of `Recorded`.
    """

    deeds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A case was opened, from a report or by hand. `aware_at`: when the victim says that it became aware; None: not said."""

    case: UUID
    organisation: UUID
    aware_at: datetime | None
    exercise: bool
    by: Actor


@dataclass(frozen=True, slots=True)
class CaseMerged:
    """A case lives on in another one, of the same victim and the same world: whatever points at it may point there."""

    case: UUID
    into: UUID
    organisation: UUID
    exercise: bool
    by: Actor
