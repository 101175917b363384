"""What changed from one edition of a framework to another. Controls are the same when their identifiers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

REWORDED, LEVEL, KEY_MEASURE, MANAGEMENT = "reworded", "level", "key_measure", "management"
_WORDS = ("title", "why", "how", "checking")


class Described(Protocol):
    """A control, as far as two editions are compared."""

    @property
    def identifier(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def key_measure(self) -> bool: ...

    @property
    def management(self) -> bool: ...

    @property
    def text(self) -> str: ...

    @property
    def title(self) -> Mapping[str, str]: ...

    @property
    def why(self) -> Mapping[str, str]: ...

    @property
    def how(self) -> Mapping[str, str]: ...

    @property
    def checking(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """A control that is in both, and what about it differs."""

    identifier: str
    what: tuple[str, ...]
    before: Described
    after: Described


@dataclass(frozen=True, slots=True)
class Difference:
    """From one edition to another: what came, what went, what changed, and how many stayed as they were."""

    added: tuple[Described, ...]
    removed: tuple[Described, ...]
    changed: tuple[Change, ...]
    same: int

    @property
    def none(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.added or self.removed or self.changed)

    def of(self, what: str) -> tuple[Change, ...]:
        """The changes of one kind: REWORDED, LEVEL, KEY_MEASURE, MANAGEMENT."""
        return tuple(one for one in self.changed if what in one.what)


def difference(before: Iterable[Described], after: Iterable[Described]) -> Difference:
    """What differs, in the order of the newer edition (what was removed in that of the older)."""
    old = {one.identifier: one for one in before}
    new = {one.identifier: one for one in after}
    both = [(old[name], one) for name, one in new.items() if name in old]
    changed = tuple(Change(one.identifier, what, was, one) for was, one in both if (what := _what(was, one)))
    return Difference(
        added=tuple(one for name, one in new.items() if name not in old),
        removed=tuple(one for name, one in old.items() if name not in new),
        changed=changed,
        same=len(both) - len(changed),
    )


def _what(was: Described, now: Described) -> tuple[str, ...]:
    found = [REWORDED] if _reworded(was, now) else []
    found += [LEVEL] if was.level != now.level else []
    found += [KEY_MEASURE] if was.key_measure != now.key_measure else []
    found += [MANAGEMENT] if was.management != now.management else []
    return tuple(found)


def _reworded(was: Described, now: Described) -> bool:
    """Whether it says something else. Official words that come for the first time, or stay behind, change nothing about what is asked."""
    if was.text and now.text and _plain(was.text) != _plain(now.text):
        return True
    return any(getattr(was, name) != getattr(now, name) for name in _WORDS)


def _plain(text: str) -> str:
    return " ".join(text.split())
