"""Peers: whole blocks of constituents, of which nothing is shown that speaks of fewer than five others. Pure.

A block is founded once and its members never change: who begins later waits until a block of newcomers can be founded, who ends stays in with its
last figures. So two views of a block, of whatever quarters, are of the very same members. A block that has fewer than six living members is closed;
its members may be in another block only when no combination of everything that any member was ever shown singles out fewer than five
(`least_revealed`). What is shown of a block is a function of all its members, coarse at both ends (`shown`), so that it fixes the value of nobody
even for a member who knows its own. The argument is written down in docs/decisions/0042-peers-never-fewer-than-five.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any, Generic, TypeVar

from paraat.readiness.rules.population import SIZE_KEYS

OTHERS = 5
"""A view speaks of so many others at least."""
LEAST = OTHERS + 1
"""Members of a block: who looks knows itself."""
MOST_VIEWS = 4
"""Different blocks that one constituent may have been in; after that it waits."""
MUNICIPALITY = "municipality"

Who = TypeVar("Who")


@dataclass(frozen=True, slots=True)
class Block(Generic[Who]):
    """A block: its key, whom it was founded for, and its members, living or not."""

    key: str
    kind: str
    sizes: tuple[str, ...]
    since: str
    members: frozenset[Who]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody who lives today would stand: its kind, and its size class ("" when nobody knows)."""

    kind: str
    size: str


@dataclass(frozen=True, slots=True)
class Partition(Generic[Who]):
    """The blocks of a quarter, and who waits for one."""

    blocks: tuple[Block[Who], ...]
    waiting: frozenset[Who] = field(default_factory=frozenset)


# Who is with whom -----------------------------------------------------------------------------------------------------------------
def partition(
    before: Iterable[Block[Who]],
    living: Mapping[Who, Place],
    seen: Mapping[Who, Sequence[frozenset[Who]]],
    quarter: str,
) -> Partition[Who]:
    """The blocks of a quarter: those of the quarter `before` that live on, unchanged, and what can be founded of whoever is in none.

    `seen`: the members of every block that somebody was ever in.
    """
    kept = tuple(block for block in before if sum(one in living for one in block.members) >= LEAST)
    placed = {one for block in kept for one in block.members}
    free = {one: place for one, place in living.items() if one not in placed}
    founded = []
    for kind, sizes, members in _cells(free):
        fit = _founders(members, seen)
        if len(fit) >= LEAST:
            key = f"{kind}-{'-'.join(size or 'x' for size in sizes)}-{quarter}"
            founded.append(Block(key, kind, sizes, quarter, fit))
    taken = {one for block in founded for one in block.members}
    return Partition((*kept, *founded), frozenset(free.keys() - taken))


def _founders(members: frozenset[Who], seen: Mapping[Who, Sequence[frozenset[Who]]]) -> frozenset[Who]:
    """Whoever of these may be in one block: all, else those who were never in any."""
    if all(_is_safe(members, one, seen[one]) for one in members if seen.get(one)):
        return members
    return frozenset(one for one in members if not seen.get(one))


def _is_safe(members: frozenset[Who], one: Who, seen: Sequence[frozenset[Who]]) -> bool:
    views = {*seen, members}
    return len(views) <= MOST_VIEWS and least_revealed(list(views), one) >= OTHERS


def _cells(living: Mapping[Who, Place]) -> list[tuple[str, tuple[str, ...], frozenset[Who]]]:
    """Kind and size class; what is too small goes together: municipalities with the next size class, all other kinds with each other."""
    by_size: defaultdict[str, set[Who]] = defaultdict(set)
    by_kind: defaultdict[str, set[Who]] = defaultdict(set)
    for one, place in living.items():
        (by_size[place.size] if place.kind == MUNICIPALITY else by_kind[place.kind]).add(one)
    order = [size for size in ("", *SIZE_KEYS) if by_size.get(size)]
    towns = _merged([((size,), by_size[size]) for size in order])
    kinds = [(kind, frozenset(found)) for kind, found in sorted(by_kind.items()) if len(found) >= LEAST]
    rest = frozenset(one for kind, found in by_kind.items() if len(found) < LEAST for one in found)
    cells = [(MUNICIPALITY, sizes, frozenset(found)) for sizes, found in towns]
    cells += [(kind, (), found) for kind, found in kinds]
    return [*cells, ("other", (), rest)] if rest else cells


def _merged(cells: list[tuple[tuple[str, ...], set[Who]]]) -> list[tuple[tuple[str, ...], set[Who]]]:
    """Neighbours together until each has enough: the smallest first, with the smaller of its neighbours."""
    cells = [(sizes, set(found)) for sizes, found in cells]
    while len(cells) > 1:
        place = min(range(len(cells)), key=lambda at: len(cells[at][1]))
        if len(cells[place][1]) >= LEAST:
            break
        beside = [at for at in (place - 1, place + 1) if 0 <= at < len(cells)]
        other = min(beside, key=lambda at: len(cells[at][1]))
        first, second = sorted((place, other))
        cells[first : second + 1] = [(cells[first][0] + cells[second][0], cells[first][1] | cells[second][1])]
    return cells


# What can be worked out -----------------------------------------------------------------------------------------------------------
def least_revealed(views: Sequence[frozenset[Who]], viewer: Who) -> int:
    """Of how many others the most telling combination of figures over `views` speaks, for a member who knows itself; 0 when there is none.

    A view gives figures over a set. Whoever adds and subtracts views, however often, gets figures over a weighted sum of these sets. Members that
    are in the same views always have the same weight, so only these classes count; a combination that leaves out most classes is zero on a
    hyperplane that others of them span. All hyperplanes are tried.
    """
    classes = Counter(
        tuple(int(one in view) for view in views) for one in frozenset[Who]().union(*views) if one != viewer
    )
    patterns = list(classes)
    rank = _rank(patterns)
    best = 0
    for zero in combinations(patterns, max(rank - 1, 0)):
        if rank and _rank(zero) == rank - 1:
            spoken = sum(count for pattern, count in classes.items() if _rank([*zero, pattern]) == rank)
            best = min(best or spoken, spoken)
    return best


def _rank(rows: Iterable[Sequence[int]]) -> int:
    """How many of these are independent, exactly."""
    left = [[Fraction(value) for value in row] for row in rows]
    rank = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((at for at in range(rank, len(left)) if left[at][column]), None)
        if pivot is None:
            continue
        left[rank], left[pivot] = left[pivot], left[rank]
        for at in range(rank + 1, len(left)):
            factor = left[at][column] / left[rank][column]
            left[at] = [value - factor * top for value, top in zip(left[at], left[rank], strict=True)]
        rank += 1
    return rank


# What is shown --------------------------------------------------------------------------------------------------------------------
END = 2
"""At either end so many members stay open: one is who looks, and one nobody knows which."""


@dataclass(frozen=True, slots=True)
class Values:
    """What one member adds: yes or no to each question, and its scores (None: it was not assessed, which stands below every score)."""

    yes: Mapping[str, bool]
    scores: Mapping[str, float | None]


def shown(members: Sequence[Values], questions: Iterable[str], steps: Mapping[str, float]) -> dict[str, Any]:
    """The figures of a block: of each question how many in ten say yes, of each score the quartiles in steps. All members count in each."""
    return {
        "shares": {one: share([member.yes[one] for member in members]) for one in questions},
        "scores": {one: quartiles([member.scores[one] for member in members], step) for one, step in steps.items()},
    }


def share(answers: Collection[bool]) -> dict[str, Any]:
    """In percent, to ten; "at most" and "at least" where two or fewer stand at that end. Raises ValueError for fewer than six."""
    number, yes = len(answers), sum(answers)
    _demand(number)
    held = min(max(yes, END), number - END)
    return {
        "percent": round(10 * held / number) * 10,
        "end": "most" if yes <= END else "least" if yes >= number - END else "",
    }


def quartiles(scores: Collection[float | None], step: float) -> list[float | None]:
    """Lower quartile, median and upper quartile by rank, in steps; None: not assessed, which stands below every score. Two members at least
    stand beyond either quartile. Raises ValueError for fewer than six."""
    number = len(scores)
    _demand(number)
    ordered = sorted(scores, key=lambda one: (one is not None, one or 0))
    low = max(-(-number // 4), END + 1)
    return [_rounded(ordered[rank - 1], step) for rank in (low, (number + 1) // 2, number + 1 - low)]


def _rounded(score: float | None, step: float) -> float | None:
    return None if score is None else round(round(score / step) * step, 2)


def _demand(number: int) -> None:
    if number < LEAST:
        raise ValueError("too few to be shown")
