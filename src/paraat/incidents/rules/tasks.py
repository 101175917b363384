"""Tasks that wait for others, when a reminder is due, and how far a case's tasks are."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

REMIND_AT = 0.75
"""A task's owner is reminded when this part of its time is over."""


def in_circle(after: Mapping[Key, Collection[Key]]) -> list[Key]:
    """The tasks that wait, directly or through others, for themselves, in order of appearance; an empty list when there are none.

    `after`: per task those that must be done before it.
    """
    free: set[Key] = set()
    left = dict(after)
    while True:
        ready = [key for key, wanted in left.items() if all(one in free or one not in after for one in wanted)]
        if not ready:
            return [key for key in left if _reaches(key, key, after)]
        free.update(ready)
        for key in ready:
            del left[key]


def _reaches(start: Key, goal: Key, after: Mapping[Key, Collection[Key]]) -> bool:
    seen: set[Key] = set()
    waiting = list(after.get(start, ()))
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            waiting += after.get(key, ())
    return False


def due_after(start: datetime, hours: float) -> datetime:
    """When a step of a playbook is due: hours that pass, whatever the clocks of summer time do."""
    return start + timedelta(hours=hours)


def remind_at(start: datetime, due: datetime | None) -> datetime | None:
    """When its owner is reminded; None without a due moment. What is due in the past is reminded of at once."""
    return None if due is None else start + max(due - start, timedelta(0)) * REMIND_AT
