"""What was said before: whether the same host in a later run pages again, and whether two senders say the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from uuid import UUID

ALIKE = 0.6
"""Share of words in common from which two texts count as doubles."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier notice of the same organisation, neither withdrawn nor expired. `acknowledged` False: it still escalates."""

    notice: UUID
    targets: frozenset[str]
    acknowledged: bool
    mitigation_until: datetime | None = None

    def speaks(self, now: datetime) -> bool:
        """Whether it still stands for its targets: it escalates, or it is acknowledged and its mitigation runs."""
        return not self.acknowledged or (self.mitigation_until is not None and self.mitigation_until > now)


@dataclass(frozen=True, slots=True)
class Fresh:
    """The targets to tell about, and the earlier notices that already speak of the others."""

    targets: tuple[str, ...]
    repeats: tuple[UUID, ...]


def fresh(targets: Iterable[str], earlier: Iterable[Earlier], now: datetime) -> Fresh:
    """Take out the targets that an earlier notice still stands for."""
    named = tuple(dict.fromkeys(targets))
    speaking = [one for one in earlier if one.speaks(now) and not one.targets.isdisjoint(named)]
    said = frozenset(target for one in speaking for target in one.targets)
    return Fresh(tuple(target for target in named if target not in said), tuple(one.notice for one in speaking))


def alike(one: str, other: str) -> bool:
    """Whether two texts are probably the same message."""
    first, second = (_WORDS.findall(text.casefold()) for text in (one, other))
    if not first or not second:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE
