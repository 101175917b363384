"""What a situation report may hold, and when two of them differ: content is sections of lines, each line with a TLP of its own.

No database and no clock: whatever makes, edits, freezes, prints or exports a report asks here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp

Line = dict[str, Any]
"""{"id", "text", "tlp", "source", "verified" (true, false or null), "figures" ({name: whole number}), "places" ({province: whole number})}"""
Content = dict[str, list[Line]]
"""Lines per section, in the order of `SECTIONS`."""

TACTICAL = (
    "room",
    "bottom_line",
    "trend",
    "lanes",
    "affected",
    "actions",
    "decisions_asked",
    "forecast",
    "statements",
    "next_report",
)
EXECUTIVE = (
    "room",
    "bottom_line",
    "trend",
    "lanes",
    "affected",
    "decisions_asked",
    "forecast",
    "statements",
    "next_report",
)
SECTIONS: dict[str, tuple[str, ...]] = {"tactical": TACTICAL, "executive": EXECUTIVE}
"""The sections of each version, in order. Whoever decides reads what happened and what is asked, not every deed."""
MOST_LINES = 400
LONGEST = 2000
_FIELDS = {"id", "text", "tlp", "source", "verified", "figures", "places"}


def line(
    text: str,
    tlp: int,
    *,
    key: str,
    source: str = "",
    verified: bool | None = None,
    figures: Mapping[str, int] | None = None,
    places: Mapping[str, int] | None = None,
) -> Line:
    """A line. `key` is its name within the report: an edit says it. Raises Invalid without words or with a TLP that is none."""
    if not text.strip():
        raise Invalid("A line needs words", field="text")
    if not is_level(tlp):
        raise Invalid("There is no such TLP", field="tlp", value=tlp)
    said = " ".join(text.split())[:LONGEST]
    return {
        "id": key,
        "text": said,
        "tlp": int(tlp),
        "source": source,
        "verified": verified,
        "figures": dict(figures or {}),
        "places": dict(places or {}),
    }


def is_level(tlp: object) -> bool:
    """Whether this is the number of a TLP."""
    return isinstance(tlp, int) and not isinstance(tlp, bool) and tlp in {level.value for level in Tlp}


def lines(content: Mapping[str, Sequence[Line]]) -> Iterator[tuple[str, Line]]:
    """Every line with its section."""
    for section, found in content.items():
        for one in found:
            yield section, one


def allowed(content: Mapping[str, Sequence[Line]], ceiling: int) -> tuple[Content, int]:
    """The content without the lines above `ceiling`, and how many those were. A line without a TLP counts as above every ceiling."""
    kept = {section: [one for one in found if _level(one) <= ceiling] for section, found in content.items()}
    dropped = sum(len(found) for found in content.values()) - sum(len(found) for found in kept.values())
    return kept, dropped


def highest(content: Mapping[str, Sequence[Line]]) -> int:
    """The highest TLP of any line; CLEAR when there is none."""
    return max((_level(one) for _section, one in lines(content)), default=int(Tlp.CLEAR))


def check(content: Mapping[str, Sequence[Line]], *, version: str, ceiling: int) -> None:
    """What must hold before a report freezes. Raises Invalid when a line stands above the report's own TLP, or its shape is not ours."""
    unknown = set(content) - set(SECTIONS[version])
    if unknown:
        raise Invalid("This version of the report has no such section", field="section", value=sorted(unknown)[0])
    if sum(len(found) for found in content.values()) > MOST_LINES:
        raise Invalid("A report has 400 lines at most")
    for section, one in lines(content):
        if set(one) != _FIELDS or not str(one["text"]).strip():
            raise Invalid("This line is not whole", section=section)
        if _level(one) > ceiling:
            raise Invalid("A line stands above the marking of the report", section=section)
    if not content.get("bottom_line"):
        raise Invalid("A report begins with its bottom line", field="bottom_line")


def canonical(content: Mapping[str, Sequence[Line]]) -> bytes:
    """The content as its digest is made of: JSON in UTF-8, keys sorted, no spaces (the shape of RFC 8785 for what we keep)."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(content: Mapping[str, Sequence[Line]]) -> str:
    """SHA-256 of the canonical content, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """What a section says that the report before did not, and the other way round."""

    section: str
    added: tuple[Line, ...]
    gone: tuple[Line, ...]


def differences(before: Mapping[str, Sequence[Line]], after: Mapping[str, Sequence[Line]]) -> list[Difference]:
    """The sections that differ, in the order of a report; lines are the same when their words are."""
    found = []
    for section in TACTICAL:
        old, new = before.get(section, []), after.get(section, [])
        said_before, said_now = {one["text"] for one in old}, {one["text"] for one in new}
        added = tuple(one for one in new if one["text"] not in said_before)
        gone = tuple(one for one in old if one["text"] not in said_now)
        if added or gone:
            found.append(Difference(section, added, gone))
    return found


def places(content: Mapping[str, Sequence[Line]]) -> dict[str, int]:
    """How many are affected per province (its NIS code), as the lines say."""
    found: dict[str, int] = {}
    for one in content.get("affected", []):
        for place, number in one["places"].items():
            found[place] = found.get(place, 0) + number
    return found


def _level(one: Mapping[str, Any]) -> int:
    tlp = one.get("tlp")
    return int(tlp) if isinstance(tlp, int) and is_level(tlp) else int(Tlp.RED) + 1
