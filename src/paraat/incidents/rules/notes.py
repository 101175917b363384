"""Three texts become one: what two people did to the same text, joined line by line where they did not touch the same place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[str]
Region = tuple[int, int, int, int, int, int]
"""From and to in the base, in mine and in theirs."""


def merge(base: str, mine: str, theirs: str) -> str | None:
    """The text with both changes, or None when they overlap and only a person can join them.

    Never loses a line: what either of them wrote, and what both left standing, is in the result; else there is no result.
    """
    known, own, other = lines(base), lines(mine), lines(theirs)
    joined: list[str] = []
    for low, high, a, a_end, b, b_end in _regions(known, own, other):
        before, left, right = known[low:high], own[a:a_end], other[b:b_end]
        if left == right or right == before:
            joined += left
        elif left == before:
            joined += right
        else:
            return None
    return "\n".join(joined) if _keeps_all(known, own, other, joined) else None


def lines(text: str) -> list[str]:
    """The lines of a text as browsers and people send it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _keeps_all(base: Lines, mine: Lines, theirs: Lines, joined: Lines) -> bool:
    """Twins can fall between two people who each take away the other one: then it is no merge."""
    written = (set(mine) | set(theirs)) - set(base)
    kept = set(mine) & set(theirs)
    return written | kept <= set(joined)


def _regions(base: Lines, mine: Lines, theirs: Lines) -> Iterator[Region]:
    """The three texts cut where all of them agree; agreeing pieces come out too."""
    at = (0, 0, 0)
    for low, a, b, length in _agreed(base, mine, theirs):
        yield at[0], low, at[1], a, at[2], b
        yield low, low + length, a, a + length, b, b + length
        at = (low + length, a + length, b + length)
    yield at[0], len(base), at[1], len(mine), at[2], len(theirs)


def _agreed(base: Lines, mine: Lines, theirs: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Pieces of the base that stand in both: where in the base, in mine, in theirs, and how long."""
    left, right = _blocks(base, mine), _blocks(base, theirs)
    i = j = 0
    while i < len(left) and j < len(right):
        (low_a, a, size_a), (low_b, b, size_b) = left[i], right[j]
        low, high = max(low_a, low_b), min(low_a + size_a, low_b + size_b)
        if low < high:
            yield low, a + low - low_a, b + low - low_b, high - low
        if low_a + size_a < low_b + size_b:
            i += 1
        else:
            j += 1


def _blocks(base: Lines, other: Lines) -> list[tuple[int, int, int]]:
    found = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return [(block.a, block.b, block.size) for block in found if block.size]


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """What changed between two texts, for a screen: ("same" | "gone" | "new", line) in order."""
    before, after = lines(old), lines(new)
    told: list[tuple[str, str]] = []
    for tag, a, a_end, b, b_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            told += [("same", line) for line in before[a:a_end]]
        else:
            told += [("gone", line) for line in before[a:a_end]] + [("new", line) for line in after[b:b_end]]
    return told
