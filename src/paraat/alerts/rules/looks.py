"""How a notice looks on a screen: one of five states, each with a colour, a mark and a word. No Django, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """The state of a town over all active alerts: colour, mark and word. In the order of who needs somebody most."""

    SILENT = "silent"
    NONE = "none"
    WAITING = "waiting"
    KNOWN = "known"
    CALM = "calm"


NEEDS_SOMEBODY = (Look.SILENT, Look.NONE)
_ORDER = {look: place for place, look in enumerate(Look)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one notice of an active alert got."""

    state: str
    reach: str = "ok"
    lapsed: bool = False  # the first rung had its time, or the ladder is exhausted


def look(one: Standing) -> Look:
    """What a notice makes of its town. Nobody to reach is not silence: nobody was told."""
    if one.state == "acknowledged":
        return Look.KNOWN
    if one.state != "open":
        return Look.CALM
    if one.reach == "none":
        return Look.NONE
    return Look.SILENT if one.lapsed else Look.WAITING


def worst(looks: Iterable[Look]) -> Look:
    """The look that counts when there are several notices: whoever needs somebody comes first."""
    return min(looks, key=_ORDER.__getitem__, default=Look.CALM)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many notices (or towns) stand where."""

    silent: int = 0
    none: int = 0
    waiting: int = 0
    known: int = 0

    @property
    def named(self) -> int:
        """How many are named at all."""
        return self.silent + self.none + self.waiting + self.known

    def parts(self) -> tuple[tuple[str, int], ...]:
        """For a meter, calm end first."""
        return (("known", self.known), ("waiting", self.waiting), ("silent", self.silent), ("none", self.none))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.silent + other.silent, self.none + other.none, self.waiting + other.waiting, self.known + other.known
        )


def tally(looks: Iterable[Look]) -> Tally:
    """Count looks."""
    found = list(looks)
    return Tally(*(found.count(one) for one in (Look.SILENT, Look.NONE, Look.WAITING, Look.KNOWN)))
