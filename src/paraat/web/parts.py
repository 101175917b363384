"""The board and the wall as parts that are fetched and replaced one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.template import engines
from django.utils import timezone
from django.utils.translation import get_language, gettext

from paraat.incidents.clocks import DueLine, due_lines
from paraat.incidents.models import Case
from paraat.kernel.marking import WATCHES, Viewer
from paraat.platform import jinja
from paraat.platform.parts import Part, part
from paraat.web import remembered
from paraat.web.board import Board, Province, board
from paraat.web.log import latest
from paraat.web.rules import situation

LOG_LINES = 12
CASES = 10
"""Active cases with a line of their own on the board."""
AHEAD = 24
"""Hours: statutory steps due within these stand on the board."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts of one board, and the title for the browser's tab."""

    title: str
    exercise: bool
    by_id: dict[str, Part]

    def __getitem__(self, name: str) -> Part:
        return self.by_id[name]

    def get(self, name: str) -> Part | None:
        """A part that need not be there."""
        return self.by_id.get(name)

    def provinces(self) -> Iterator[Part]:
        """The blocks of tiles."""
        return (part for name, part in self.by_id.items() if name.startswith("p-"))


def parts(viewer: Viewer, *, kind: str, exercise: bool | None = None) -> Parts:
    """The parts of the `board` or the `wall` for a viewer; remembered per version, class of rights, language and time zone."""
    who = f"{remembered.rights_class(viewer)}:{get_language()}:{timezone.get_current_timezone_name()}"
    key = f"{kind}:{exercise}:{remembered.version()}:{who}".replace(" ", "")
    found = caches["local"].get(key)
    if found is None:
        found = made(viewer, kind=kind, exercise=exercise)
        caches["local"].set(key, found, remembered.PART_SECONDS)
    return found  # type: ignore[no-any-return]


def made(viewer: Viewer, *, kind: str, exercise: bool | None = None) -> Parts:
    """The same, made now."""
    shown = board(viewer, language=jinja.language(), exercise=exercise)
    cases = _cases(viewer, shown.exercise)
    context = {
        "board": shown,
        "cases": cases,
        "most": CASES,
        "situation": situation(shown.counts, shown.held, len(cases)),
        "viewer": viewer,
        "now": timezone.now(),
    }
    rendered = _board(shown, context, viewer) if kind == "board" else _wall(context)
    found = {name: part(name, html) for name, html in rendered}
    return Parts(_render("title", context).strip(), shown.exercise, found)


def _board(shown: Board, context: dict[str, Any], viewer: Viewer) -> Iterator[tuple[str, str]]:
    for name in ("head", "lines", "figures", "needs"):
        yield name, _render(name, context)
    if not shown.tiles:
        yield "places", _render("places", {**context, "elsewhere": gettext("Elsewhere")})
    yield "cases", _render("cases", context)
    yield "clocks", _render("clocks", {**context, "deadlines": _deadlines(viewer, shown.exercise, context["now"])})
    for province in shown.provinces if shown.tiles else ():
        yield f"p-{province.code or 'none'}", _province(province, jinja.language())
    yield "now", _render("now", {**context, "entries": latest(viewer, LOG_LINES, exercise=shown.exercise)})


def _cases(viewer: Viewer, exercise: bool) -> list[Case]:
    """The active cases of this world that the viewer may see, the worst first; one more than is shown tells that there are more."""
    active = Case.objects.visible_to(viewer).open().filter(exercise=exercise).order_by("rank", "-opened_at")
    return list(
        active.only("number", "title", "victim", "severity", "state", "tlp", "exercise", "state_at")[: CASES + 1]
    )


def _deadlines(viewer: Viewer, exercise: bool, now: datetime) -> list[DueLine]:
    """The statutory steps of this world that are due within a day or overdue, for those who may open them."""
    if not viewer.has(*WATCHES):
        return []
    return [line for line in due_lines(viewer, within_hours=AHEAD, now=now) if line.exercise == exercise]


@lru_cache(maxsize=256)
def _province(province: Province, language: str) -> str:  # noqa: ARG001  # part of the key
    """A block of tiles; of the blocks of a region one or two change at a time."""
    return _render("province", {"province": province})


def _wall(context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("head", "figures", "wall_needs", "wall_lines"):
        yield name, _render(name, context)


def _render(name: str, context: dict[str, Any]) -> str:
    template = engines["house"].env.get_template(f"web/board/{name}.html")  # type: ignore[attr-defined]
    return str(template.render(context))
