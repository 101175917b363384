"""The battle rhythm of a room: fixed points of every day, by the clock of Brussels. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from paraat.alerts.rules.night import ZONE


@dataclass(frozen=True, slots=True)
class Point:
    """The next time that something of the rhythm takes place."""

    at: datetime
    what: str


_LINE = re.compile(r"^\s*([01]?\d|2[0-3])[:.h]([0-5]\d)\s+(\S.*?)\s*$")


def read(text: str) -> list[dict[str, str]]:
    """The rhythm as somebody types it, a line a point ("08:00 Briefing"), sorted. Raises ValueError with the line that is not understood."""
    points = []
    for line in filter(str.strip, text.splitlines()):
        found = _LINE.match(line)
        if found is None:
            raise ValueError(line.strip())
        points.append({"at": f"{int(found[1]):02d}:{found[2]}", "what": found[3][:100]})
    return sorted(points, key=lambda one: one["at"])


def written(rhythm: Iterable[Mapping[str, str]]) -> str:
    """The same, back as text."""
    return "\n".join(f"{one['at']} {one['what']}" for one in rhythm)


def upcoming(
    rhythm: Iterable[Mapping[str, str]], now: datetime, *, start: datetime | None = None, end: datetime | None = None
) -> Point | None:
    """The next point after `now` and within the period; None when there is none. On the day that a clock time exists twice it is the first, on the
    day that it does not exist it is the moment that the clocks show instead."""
    begin = max(now, start) if start else now
    today = begin.astimezone(ZONE).date()
    moments = [
        Point(datetime.combine(today + timedelta(days=day), time.fromisoformat(one["at"]), ZONE), one["what"])
        for one in rhythm
        for day in (0, 1)
    ]
    later = [point for point in moments if point.at > begin and (end is None or point.at <= end)]
    return min(later, key=lambda point: point.at, default=None)
