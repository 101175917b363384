"""N connections side by side, each in a thread of its own, in step with the caller.

The caller's thread hands a lane its next message only after the caller has come back for more, that is after it has persisted the lane's
last outcome. A slow or dead connection holds up its own lane and no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from paraat.platform.channels.base import Outcome, State

log = logging.getLogger(__name__)


class Parcel(Protocol):
    """Whatever a lane can carry: it belongs to a delivery."""

    @property
    def delivery(self) -> UUID:
        """The delivery that the outcome is for."""


Item = TypeVar("Item", bound=Parcel)
Carried_contra = TypeVar("Carried_contra", bound=Parcel, contravariant=True)


class Session(Protocol[Carried_contra]):
    """One lane's connection to the outside, used by one thread."""

    def carry(self, item: Carried_contra, /) -> Outcome:
        """Send one; a fault of the network is an outcome, not an exception."""

    def close(self) -> None:
        """Say goodbye; never raises for a connection that is already dead."""


class Lane(Generic[Item]):
    """One thread and its session. The thread starts with the first message and ends with `stop`."""

    def __init__(self, opened: Callable[[], Session[Item]], done: SimpleQueue[tuple[Lane[Item], Outcome]]) -> None:
        self.inbox: SimpleQueue[Item | None] = SimpleQueue()
        self._opened, self._done = opened, done
        self._thread = threading.Thread(target=self._work, name="channel-lane", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        session = self._opened()
        while (item := self.inbox.get()) is not None:
            self._done.put((self, _carry(session, item)))
        session.close()

    def stop(self) -> None:
        """No more messages; the thread ends after the one it is sending."""
        self.inbox.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()


def _carry(session: Session[Item], item: Item) -> Outcome:
    try:
        return session.carry(item)
    except Exception as fault:
        log.exception("A channel failed on one delivery", extra={"delivery": str(item.delivery)})
        return Outcome(item.delivery, State.DEFERRED, detail=f"{type(fault).__name__}: {fault}", perhaps_twice=True)


def run(items: Iterable[Item], opened: Callable[[], Session[Item]], connections: int) -> Iterator[tuple[Outcome, ...]]:
    """Send `items` in order over at most `connections` sessions made by `opened`; yield groups of outcomes as they happen.

    Every item gets exactly one outcome. When the caller stops asking, the messages under way are finished and the rest is not sent.
    """
    done: SimpleQueue[tuple[Lane[Item], Outcome]] = SimpleQueue()
    lanes: list[Lane[Item]] = []
    idle: list[Lane[Item]] = []
    waiting = iter(items)
    busy = 0
    try:
        while True:
            while busy < connections and (item := next(waiting, None)) is not None:
                lane = idle.pop() if idle else Lane(opened, done)
                if lane not in lanes:
                    lanes.append(lane)
                lane.inbox.put(item)
                busy += 1
            if not busy:
                return
            group = _finished(done)
            busy -= len(group)
            yield tuple(outcome for _, outcome in group)
            idle.extend(lane for lane, _ in group)
    finally:
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.join()


def _finished(done: SimpleQueue[tuple[Lane[Item], Outcome]]) -> list[tuple[Lane[Item], Outcome]]:
    """At least one finished message, and all others that are finished too."""
    group = [done.get()]
    while True:
        try:
            group.append(done.get_nowait())
        except Empty:
            return group
