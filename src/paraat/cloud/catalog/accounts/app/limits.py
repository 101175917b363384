"""How often somebody may try: per login with address, per login, and per address. Kept in memory, forgotten at a restart."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW = 900.0  # seconds
_MOST = 20_000  # keys remembered; the oldest go first


class Limits:
    """Wrong tries of the last quarter of an hour."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tries: dict[str, deque[float]] = {}
        self._alone = threading.Lock()

    def blocked(self, login: str, address: str) -> bool:
        """Whether another try must wait. Somebody elsewhere who guesses at a login blocks its holder only after thirty tries."""
        with self._alone:
            return any(len(self._recent(key)) >= most for key, most in _keys(login, address))

    def wrong(self, login: str, address: str) -> None:
        """Count a wrong try."""
        with self._alone:
            for key, _ in _keys(login, address):
                self._recent(key).append(self._now())
            while len(self._tries) > _MOST:
                self._tries.pop(next(iter(self._tries)))

    def right(self, login: str, address: str) -> None:
        """Forget the wrong tries of somebody who came in."""
        with self._alone:
            self._tries.pop(f"{login}@{address}", None)

    def _recent(self, key: str) -> deque[float]:
        tries = self._tries.setdefault(key, deque(maxlen=64))
        while tries and tries[0] < self._now() - WINDOW:
            tries.popleft()
        return tries


def _keys(login: str, address: str) -> tuple[tuple[str, int], ...]:
    return (f"{login}@{address}", 6), (f"login {login}", 30), (f"address {address}", 40)
