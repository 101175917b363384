"""What higher apps register with the platform, so that nothing below needs to know them: menu, panels, checks, personal data, demonstration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from paraat.kernel.marking import Role, Viewer

T = TypeVar("T")


class Registry(Generic[T]):
    """An ordered set of registered things."""

    def __init__(self) -> None:
        self._items: list[T] = []

    def add(self, item: T) -> T:
        """Register `item` once; registering it again changes nothing."""
        if item not in self._items:
            self._items.append(item)
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the main menu: lazy title, URL name, who sees it, and where it stands (low is left; from 100 on below "More",
    by hundreds: 1 warn, 2 respond, 3 recover, 4 learn, 9 the house)."""

    title: Any
    url_name: str
    roles: frozenset[Role]
    order: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel that a higher app puts on a lower app's page (`page`: "organisation", "run" ...): a function from viewer and object to HTML or None."""

    page: str
    render: Callable[[Any, Any], str | None] = field(compare=False)
    name: str = ""
    order: int = 100


class Level(StrEnum):
    """How bad a finding of `paraat check` is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `paraat check`: what was looked at, how it is, and what to do."""

    check: str
    level: Level
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the installation, run by `paraat check` and the check page."""

    name: str
    run: Callable[[], Iterable[Finding]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A holder of personal data: exports and erases what it has on one person (GDPR articles 15 and 17), found by contact id or address."""

    name: str
    export: Callable[[UUID], dict[str, Any]] = field(compare=False)
    erase: Callable[[UUID], int] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A step that fills the demonstration region; idempotent; lowest order first."""

    name: str
    load: Callable[[], None] = field(compare=False)
    order: int = 100


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page of the room (its path, its lazy title) that stays readable when the database is down; a copy is kept every minute."""

    path: str
    title: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class Searchable:
    """A source for the search page: query and viewer in, (title, url, kind) out, at most `limit`."""

    name: str
    find: Callable[[str, Viewer, int], Iterable[tuple[str, str, str]]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Banner:
    """What must stand on every page while it holds: `words(viewer)` gives them, or None. `kind` is its look: exercise, stopped or notice."""

    name: str
    kind: str
    words: Callable[[Viewer], str | None] = field(compare=False)
    url_name: str = ""  # where to read more


@dataclass(frozen=True, slots=True)
class PackSheet:
    """One list of the offline pack: its file name without ending, heading, columns and rows of text."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _no_files(_now: datetime) -> Iterable[tuple[str, bytes]]:
    return ()


@dataclass(frozen=True, slots=True)
class Pack:
    """What an app puts into the offline pack: lists, and files (path within the pack, content), as they are at a moment."""

    name: str
    sheets: Callable[[datetime], Iterable[PackSheet]] = field(compare=False)
    files: Callable[[datetime], Iterable[tuple[str, bytes]]] = field(default=_no_files, compare=False)


menu: Registry[MenuEntry] = Registry()
banners: Registry[Banner] = Registry()
panels: Registry[Panel] = Registry()
checks: Registry[Check] = Registry()
personal_data: Registry[PersonalData] = Registry()
demonstration: Registry[Demonstration] = Registry()
snapshots: Registry[Snapshot] = Registry()
searchables: Registry[Searchable] = Registry()
packs: Registry[Pack] = Registry()
