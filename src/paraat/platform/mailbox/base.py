"""What a mailbox is to those who read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from paraat.kernel.errors import Unreachable

LARGEST = 30 * 1024 * 1024
"""Bytes read of one letter. What is longer is cut: its text comes first, its attachments are not read anyway."""


class MailboxDown(Unreachable):
    """The mailbox cannot be read now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it lies in the mailbox. `place` names it there, and only there."""

    place: str
    raw: bytes
    cut: bool = False


class Mailbox(Protocol):
    """A mailbox, open for one reader; a context manager that closes it."""

    def letters(self, *, limit: int) -> Iterator[Letter]:
        """The letters that were not marked yet, oldest first, at most `limit`. Raises MailboxDown."""

    def done(self, letter: Letter) -> None:
        """Mark as read and handled: it is not shown again. Called after the caller has committed."""

    def put_aside(self, letter: Letter) -> None:
        """Mark as handled, and flag for a person to look at: it could not be understood."""

    def probe(self) -> tuple[str, ...]:
        """What is wrong with the mailbox, in plain words."""

    def __enter__(self) -> Self:
        """Open."""

    def __exit__(self, *fault: object) -> None:
        """Close."""
