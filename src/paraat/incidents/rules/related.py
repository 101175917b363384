"""Which cases may belong together, from what they share. A proposal for people to judge: it says why, and never that it is so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID


class Why(IntEnum):
    """What two cases share, by how much it says: an indicator is rare, a technique is everybody's."""

    TECHNIQUE = 1
    ACTOR = 3
    SUPPLIER = 4
    INDICATOR = 8


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that another case shares with this one."""

    case: UUID
    why: Why
    what: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another case and everything that it shares, what says most first."""

    case: UUID
    shares: tuple[Shared, ...]

    @property
    def weight(self) -> int:
        """How much it says: techniques add up to no more than one actor."""
        techniques = sum(1 for one in self.shares if one.why is Why.TECHNIQUE)
        return sum(int(one.why) for one in self.shares if one.why is not Why.TECHNIQUE) + min(techniques, 3)


def proposals(shared: Iterable[Shared], most: int = 10) -> list[Proposal]:
    """The cases that share most, best first. Who shares a single technique only is left out: that says nothing."""
    found: defaultdict[UUID, set[Shared]] = defaultdict(set)
    for one in shared:
        found[one.case].add(one)
    made = [Proposal(case, tuple(sorted(some, key=lambda one: (-one.why, one.what)))) for case, some in found.items()]
    telling = [one for one in made if one.weight > Why.TECHNIQUE]
    return sorted(telling, key=lambda one: (-one.weight, str(one.case)))[:most]


def same_actor(name: str) -> str:
    """An actor's name as it is compared: "NoName057(16)" and "noname057 (16)" are one."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())
