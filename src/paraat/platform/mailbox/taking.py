"""Mail that answers nothing we sent: higher apps may take it. Whoever takes it first keeps it; what nobody takes waits for a person to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from paraat.formats.mail import Inbound
from paraat.platform.registrations import Registry


@dataclass(frozen=True, slots=True)
class Came:
    """A mail as it came: understood, its bytes (empty when they are not at hand), and the key of what a higher app told and it answers."""

    message: Inbound
    raw: bytes = field(default=b"", repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who may take a mail: a function that says whether it did, called in the transaction that keeps the mail."""

    name: str
    take: Callable[[Came], bool] = field(compare=False)


takers: Registry[Taker] = Registry()


def offer(came: Came) -> bool:
    """Whether somebody took it."""
    return any(taker.take(came) for taker in takers)
