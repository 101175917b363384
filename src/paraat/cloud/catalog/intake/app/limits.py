"""How often somebody may try. In memory: it starts anew with the service, and keeps no addresses on the disk."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from .refused import Refused

_REMEMBERED = 20_000


class Limits:
    """Counts tries per key in a sliding window. Citizens behind one mobile operator share an address: their numbers are generous."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def tried(self, key: str, *, most: int, seconds: int) -> None:
        """Count a try; Refused with 429 when there were `most` already within so many seconds."""
        now = self._clock()
        with self._lock:
            tries = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while tries and tries[0] <= now - seconds:
                tries.popleft()
            if len(tries) >= most:
                raise Refused("too_often", 429)
            tries.append(now)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
