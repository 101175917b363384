"""Patterns over engagements: what kind of weakness many have, without saying who. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

LEAST = 5
"""A pattern speaks of at least so many organisations, so that nobody is recognised in it."""
_CWE = re.compile(r"(?:CWE)?[\s:_-]*([1-9]\d{0,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of weakness, and how many organisations have it. How many findings, or which, is not said."""

    pattern: str
    organisations: int


def cwe(text: str) -> str:
    """`CWE-79` from `79`, `cwe79` or `CWE-79`; "" for nothing. Raises ValueError for what is none."""
    if not text.strip():
        return ""
    found = _CWE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a CWE number: {text}")
    return f"CWE-{found[1]}"


def patterns(found: Iterable[tuple[str, Hashable]], *, least: int = LEAST) -> list[Pattern]:
    """The patterns of (pattern, organisation) pairs that at least `least` organisations have, the commonest first."""
    having: defaultdict[str, set[Hashable]] = defaultdict(set)
    for pattern, organisation in found:
        if pattern:
            having[pattern].add(organisation)
    counted = [Pattern(pattern, len(some)) for pattern, some in having.items() if len(some) >= max(least, LEAST)]
    return sorted(counted, key=lambda one: (-one.organisations, one.pattern))
