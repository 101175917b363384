"""A room as parts that a page fetches one by one, each class of viewers' made once per change and at most twice a second.

Two hundred people in a room where fifty things a second happen ask two hundred times a second; the room is made for each class of rights, in each web
process, at most every `SHORTEST` seconds. Whoever was handed something older is told so (`stale`) and asks again within his second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.template import engines
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.platform.parts import Part, part
from paraat.platform.registrations import panels
from paraat.warroom.models import Room
from paraat.warroom.picture import Picture, picture, surroundings
from paraat.warroom.reach import Reach

SHORTEST = 0.5
"""Seconds for which a room that was just made serves its whole class, though it changed meanwhile."""
SURROUNDINGS = 1.0
"""The same for all but lanes and log: it changes seldom, and costs three times as much to read as they."""
LONGEST = 15
"""Seconds after which it is made again though nobody touched the room: clocks run, and what is joined has a life of its own."""
CSRF = "0" * 64
"""Stands in the forms of a part, which many share, where each page has a token of its own."""
ROOM = ("log",)  # and the lanes
SLOWER = ("head", "triggers", "decisions", "tasks")
ABOUT = ("joined", "towns", "people")
WALL = ("wall_head", "wall_signals", "wall_triggers", "wall_decisions")
_LOCKS = tuple(Lock() for _ in range(64))


@dataclass(frozen=True, slots=True)
class Made:
    """All parts of a room for a class of viewers, as they were at a cursor."""

    cursor: int
    at: float
    title: str
    by_id: dict[str, Part]
    about: dict[str, Part] = field(default_factory=dict)  # of these parts: all but lanes and log
    about_cursor: int = -1
    about_at: float = 0

    def __getitem__(self, name: str) -> Part:
        return self.by_id[name]

    def is_of(self, cursor: int) -> bool:
        """Whether all of it is as new as the room at this cursor."""
        return min(self.cursor, self.about_cursor) >= cursor

    def is_young(self) -> bool:
        """Whether its class is still served it, though the room changed."""
        return time.monotonic() - self.at < SHORTEST

    def called(self, prefix: str) -> list[Part]:
        """The parts whose name begins so."""
        return [one for name, one in self.by_id.items() if name.startswith(prefix)]


def parts(viewer: Viewer, room: Room, reach: Reach, *, kind: str, patient: bool = False) -> tuple[Made, bool]:
    """The parts of a `room` or its `wall`, and whether they are older than the room. `patient`: never older, however long it takes."""
    name = key(room.pk, reach, kind, str(get_language()), timezone.get_current_timezone_name())
    again = remembered(name, room.cursor)
    if again and not (patient and again[1]):
        return again
    with _lock(name):  # whoever waited here finds what was made meanwhile
        found: Made | None = caches["local"].get(name)
        if found is None or not (found.is_of(room.cursor) or (found.is_young() and not patient)):
            found = made_now(viewer, room, reach, kind=kind, before=None if patient else found)
            caches["local"].set(name, found, LONGEST)
    return found, not found.is_of(room.cursor)


def key(room: UUID, reach: Reach, kind: str, language: str, zone: str) -> str:
    """What a process calls the parts of a room for a class of viewers."""
    return f"room:{kind}:{room}:{reach.key}:{language}:{zone}"


def remembered(name: str, cursor: int) -> tuple[Made, bool] | None:
    """What was made under this name, and whether it is older than the room; None: there is nothing, or it is time to make it again."""
    found: Made | None = caches["local"].get(name)
    if found is None:
        return None
    stale = not found.is_of(cursor)
    served = not stale or found.is_young() or _lock(name).locked()
    return (found, stale) if served else None


def _lock(name: str) -> Lock:
    return _LOCKS[hash(name) % len(_LOCKS)]


def made_now(viewer: Viewer, room: Room, reach: Reach, *, kind: str, before: Made | None = None) -> Made:
    """The same, made now; all but lanes and log is taken from `before` when that is young enough."""
    began = time.monotonic()
    seen = picture(room, reach, moment.now())
    context = {"room": room, "reach": reach, "now": seen.now, "csrf_input": _placeholder()}
    rendered = _happening(seen, {**context, "seen": seen}, kind)
    happening = {name: part(name, html) for name, html in rendered}
    made = Made(room.cursor, began, f"{room.number} {room.title}", happening)
    if kind == "wall":
        return replace(made, about_cursor=room.cursor)
    if before and began - before.about_at < SURROUNDINGS:
        return replace(
            made,
            by_id=happening | before.about,
            about=before.about,
            about_cursor=before.about_cursor,
            about_at=before.about_at,
        )
    slower = {name: part(name, _render(name, {**context, "seen": seen})) for name in SLOWER}
    context["seen"] = surroundings(viewer, room, reach, seen.now)
    about = slower | {name: part(name, html) for name, html in _about(viewer, room, context)}
    return replace(made, by_id=happening | about, about=about, about_cursor=room.cursor, about_at=began)


def _happening(seen: Picture, context: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    for name in WALL if kind == "wall" else ROOM:
        yield name, _render(name, context)
    for lane in seen.lanes if kind == "room" else ():
        yield f"lane-{lane.lane.key}", _render("lane", {**context, "lane": lane})


def _about(viewer: Viewer, room: Room, context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ABOUT:
        yield name, _render(name, context)
    for panel in sorted((one for one in panels if one.page == "room"), key=lambda one: one.order):
        yield f"panel-{panel.name}", panel.render(viewer, room) or ""


def _render(name: str, context: dict[str, Any]) -> str:
    template = engines["house"].env.get_template(f"warroom/room/{name}.html")  # type: ignore[attr-defined]
    return str(template.render(context))


def _placeholder() -> SafeString:
    return SafeString(f'<input type="hidden" name="csrfmiddlewaretoken" value="{CSRF}">')


def signed(made: Made, token: str) -> Made:
    """The same parts with this page's token in their forms."""
    own = {
        name: Part(one.id, SafeString(one.html.replace(CSRF, token)), one.version) for name, one in made.by_id.items()
    }
    return replace(made, by_id=own)
