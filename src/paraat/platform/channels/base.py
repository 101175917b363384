"""The port through which a notice leaves the house: frozen values in, outcomes out, and the guard that keeps exercises inside.

A caller hands over the deliveries that are not yet known to be accepted, in an order that it can repeat, and persists each group of
outcomes before it asks for the next. A connection takes its next message only after its last outcome has been persisted, so a caller
that is killed leaves at most one message per connection in doubt: among the first `connections` deliveries without an outcome.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, ClassVar, Protocol, runtime_checkable
from uuid import UUID

from paraat.kernel.errors import ParaatError


class State(StrEnum):
    """What the other side said: it has it, try again later, or never."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery, rendered in its language and ready to be sent.

    `text` is all that SMS, voice and Matrix carry: a wake-up, a code and a sign-in link. `html` is optional (mail makes a plain one from
    `text`). `pgp_key` is the recipient's OpenPGP certificate: with it the mail is encrypted; when it cannot be used (expired, revoked),
    `wake_up` goes out in clear instead, so that nobody stays unwarned. `payload` is the JSON body of a webhook and `secret` signs it.
    `written` (aware) becomes the Date of a mail; None is the moment of sending.
    """

    delivery: UUID
    address: str
    subject: str
    text: str
    html: str | None = None
    language: str = "en"
    exercise: bool = False
    sender: str = ""
    reply_to: str = ""
    pgp_key: bytes | None = None
    wake_up: str | None = None
    payload: bytes | None = None
    secret: bytes | None = None
    written: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery.

    `reference` is the other side's name for it, `route` the way it went. `perhaps_twice`: the connection died after the whole message was
    handed over and before the answer came, so a second attempt may arrive as a second copy. `in_house`: it never left; the caller shows it.
    """

    delivery: UUID
    state: State
    reference: str = ""
    detail: str = ""
    perhaps_twice: bool = False
    in_house: bool = False
    route: str = ""


class NoSuchChannel(ParaatError):
    """There is no channel of this kind."""


class NotConfigured(ParaatError):
    """This channel has no route to the outside: a setting is missing."""


@runtime_checkable
class Channel(Protocol):
    """What every channel can do, the in-house one included."""

    kind: ClassVar[str]
    connections: int

    def send_in_groups(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Send; yield outcomes as they happen. Asking for the next group says that the last one has been persisted."""

    def send(self, batch: Iterable[Outgoing]) -> Iterator[Outcome]:
        """The same one by one, for callers that persist each outcome by itself."""

    def probe(self) -> tuple[str, ...]:
        """What is wrong with the way out, in plain words; empty when a message could leave now."""


class Real(ABC):
    """A channel that leaves the house. The guard is here, and a subclass that tries to step around it cannot be defined."""

    kind: ClassVar[str]
    connections: int = 1

    def __init__(self, *, demonstration: bool) -> None:
        self.demonstration = demonstration

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if {"send", "send_in_groups"} & set(vars(cls)):
            raise TypeError(
                f"{cls.__name__} may not replace send(): the guard against leaking exercises is there; write transmit()."
            )

    def send_in_groups(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Keep in house what must stay in house, transmit the rest; in order, and asking for the next message only when it can be sent, so
        that a caller may stop in the middle."""
        for inside, run in groupby(batch, self._stays):
            if inside:
                yield from ((kept_in_house(outgoing),) for outgoing in run)
            else:
                yield from self.transmit(run)

    def _stays(self, outgoing: Outgoing) -> bool:
        return stays_in_house(outgoing, demonstration=self.demonstration)

    def send(self, batch: Iterable[Outgoing]) -> Iterator[Outcome]:
        """One outcome at a time."""
        for group in self.send_in_groups(batch):
            yield from group

    @abstractmethod
    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Hand messages that may leave to the outside. Called by the guard alone."""

    @abstractmethod
    def probe(self) -> tuple[str, ...]:
        """What is wrong with the way out, in plain words."""


def stays_in_house(outgoing: Outgoing, *, demonstration: bool) -> bool:
    """The one rule: an exercise never leaves the house, and a demonstration sends nothing at all."""
    return demonstration or outgoing.exercise


def kept_in_house(outgoing: Outgoing) -> Outcome:
    """The outcome of a message that is shown on a screen instead of sent."""
    return Outcome(outgoing.delivery, State.ACCEPTED, reference="house", in_house=True)


def rejected(outgoing: Outgoing, detail: str) -> Outcome:
    """This delivery can never succeed as it is."""
    return Outcome(outgoing.delivery, State.REJECTED, detail=detail)


def deferred(outgoing: Outgoing, detail: str, *, perhaps_twice: bool = False) -> Outcome:
    """This delivery may succeed later."""
    return Outcome(outgoing.delivery, State.DEFERRED, detail=detail, perhaps_twice=perhaps_twice)


def by_route(outcome: Outcome, route: str) -> Outcome:
    """The outcome with the name of the way that it went."""
    return replace(outcome, route=route)
