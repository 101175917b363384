"""A room as parts that a page fetches one by one, each class of viewers' made once per change and at most four times a second.

Two hundred people in a room where fifty things a second happen ask two hundred times a second; the room is made for each class of rights, in each web
process, at most every `SHORTEST` seconds. Whoever was handed something older is told so (`stale`) and asks again within his second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

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
from paraat.warroom.picture import Picture, picture
from paraat.warroom.reach import Reach

SHORTEST = 0.25
"""Seconds for which a room that was just made serves its whole class, though it changed meanwhile."""
LONGEST = 15
"""Seconds after which it is made again though nobody touched the room: clocks run, and what is joined has a life of its own."""
CSRF = "0" * 64
"""Stands in the forms of a part, which many share, where each page has a token of its own."""
ROOM = ("head", "triggers", "decisions", "tasks", "log", "joined", "towns", "people")
WALL = ("wall_head", "wall_signals", "wall_triggers", "wall_decisions")
_LOCKS = tuple(Lock() for _ in range(64))


@dataclass(frozen=True, slots=True)
class Made:
    """All parts of a room for a class of viewers, as they were at a cursor."""

    cursor: int
    at: float
    title: str
    by_id: dict[str, Part]

    def __getitem__(self, name: str) -> Part:
        return self.by_id[name]

    def called(self, prefix: str) -> list[Part]:
        """The parts whose name begins so."""
        return [one for name, one in self.by_id.items() if name.startswith(prefix)]


def parts(viewer: Viewer, room: Room, reach: Reach, *, kind: str, patient: bool = False) -> tuple[Made, bool]:
    """The parts of a `room` or its `wall`, and whether they are older than the room. `patient`: never older, however long it takes."""
    key = f"room:{kind}:{room.pk}:{reach.key}:{get_language()}:{timezone.get_current_timezone_name()}"
    found: Made | None = caches["local"].get(key)
    now = time.monotonic()
    if found and found.cursor == room.cursor:
        return found, False
    if found and not patient and now - found.at < SHORTEST:
        return found, True
    lock = _LOCKS[hash(key) % len(_LOCKS)]
    if not lock.acquire(blocking=patient or found is None):
        assert found  # noqa: S101  # else we would have waited
        return found, True
    try:
        made = made_now(viewer, room, reach, kind=kind)
        caches["local"].set(key, made, LONGEST)
    finally:
        lock.release()
    return made, False


def made_now(viewer: Viewer, room: Room, reach: Reach, *, kind: str) -> Made:
    """The same, made now."""
    began = time.monotonic()
    seen = picture(viewer, room, reach, moment.now())
    context = {"seen": seen, "room": room, "reach": reach, "now": seen.now, "csrf_input": _placeholder()}
    rendered = _wall(context) if kind == "wall" else _room(viewer, seen, context)
    title = f"{room.number} {room.title}"
    return Made(room.cursor, began, title, {name: part(name, html) for name, html in rendered})


def _room(viewer: Viewer, seen: Picture, context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ROOM:
        yield name, _render(name, context)
    for lane in seen.lanes:
        yield f"lane-{lane.lane.key}", _render("lane", {**context, "lane": lane})
    for panel in sorted((one for one in panels if one.page == "room"), key=lambda one: one.order):
        html = panel.render(viewer, seen.room)
        yield f"panel-{panel.name}", html or ""


def _wall(context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in WALL:
        yield name, _render(name, context)


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
    return Made(made.cursor, made.at, made.title, own)
