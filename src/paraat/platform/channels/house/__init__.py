"""The channel inside the house: exercises and demonstrations. The caller keeps the message and shows it on a screen.

It is also the double for tests: it passes the same contract tests as the real channels, remembers, and answers as told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from paraat.platform.channels.base import Outcome, Outgoing, State, kept_in_house


class HouseChannel:
    """Accepts everything and sends nothing. `answers` says what another state an address gets."""

    kind: ClassVar[str] = "house"
    connections: int = 1

    def __init__(self, answers: Mapping[str, State] | None = None) -> None:
        self.answers = dict(answers or {})
        self.messages: list[Outgoing] = []

    def send_in_groups(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """One group per message."""
        for outgoing in batch:
            self.messages.append(outgoing)
            yield (self._outcome(outgoing),)

    def send(self, batch: Iterable[Outgoing]) -> Iterator[Outcome]:
        """One outcome at a time."""
        for group in self.send_in_groups(batch):
            yield from group

    def probe(self) -> tuple[str, ...]:
        """Nothing can be wrong with a channel that goes nowhere."""
        return ()

    def _outcome(self, outgoing: Outgoing) -> Outcome:
        state = self.answers.get(outgoing.address, State.ACCEPTED)
        if state is State.ACCEPTED:
            return kept_in_house(outgoing)
        return Outcome(outgoing.delivery, state, detail="as the test said", in_house=True)


def configured(*, demonstration: bool) -> HouseChannel:  # noqa: ARG001 - the same shape as every channel's
    """The channel of this installation."""
    return HouseChannel()
