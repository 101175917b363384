"""Two ways out of the house, and which of them is worth trying now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

from paraat.kernel.errors import Unreachable

REST = 15.0
"""Seconds that a dead route is left alone, so that a batch does not wait for the same time-out once per message."""

Route = TypeVar("Route")


class RouteDown(Unreachable):
    """This route does not carry messages now; nothing was handed over."""


class Routes(Generic[Route]):
    """The configured routes in order of preference, shared by the lanes of a channel."""

    def __init__(self, *routes: Route, rest: float = REST) -> None:
        self._routes = routes
        self._rest = rest
        self._until = [0.0] * len(routes)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._routes)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def awake(self) -> Iterator[tuple[int, Route]]:
        """The routes that are not resting, with their place (0 is the first choice)."""
        moment = time.monotonic()
        with self._lock:
            places = [place for place, until in enumerate(self._until) if until <= moment]
        for place in places:
            yield place, self._routes[place]

    def rest(self, place: int) -> None:
        """This route is down: leave it alone for a while."""
        with self._lock:
            self._until[place] = time.monotonic() + self._rest

    @staticmethod
    def name(place: int) -> str:
        """`first`, `second` ...: what an outcome says about the way it went."""
        return ("first", "second", "third")[place] if place < 3 else str(place + 1)
