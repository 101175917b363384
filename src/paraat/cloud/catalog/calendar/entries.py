"""Cuts an export of a calendar (RFC 5545) or of contacts (RFC 2426, 6350) into entries that stand alone; what cannot be cut is a bad one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

_ITEMS = ("VEVENT", "VTODO", "VJOURNAL")
LARGEST = 5_000_000  # characters of one entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the server takes it."""

    name: str  # made of its UID: a second time it has the same
    text: str
    bad: str = ""  # why it is not even offered


def entries(kind: str, raw: bytes) -> Iterator[Entry]:
    """The entries of an export of kind `ics` or `vcf`. ValueError when there is none in it."""
    text = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    found = _calendar(text) if kind == "ics" else _contacts(text)
    if not found:
        raise ValueError(f"no entry of the kind {kind} in it")
    yield from found


def _calendar(text: str) -> list[Entry]:
    """Events with the same UID belong together: a series and its exceptions. Each takes the time zones along."""
    zones = "".join(block for block in _blocks(text, "VTIMEZONE"))
    groups: dict[str, list[str]] = defaultdict(list)
    for kind in _ITEMS:
        for block in _blocks(text, kind):
            uid = _value(block, "UID") or "made-" + sha256(block.encode()).hexdigest()[:32]
            groups[uid].append(block if _value(block, "UID") else _with(block, f"UID:{uid}"))
    return [_entry(uid, _wrapped(zones + "".join(blocks)), "".join(blocks)) for uid, blocks in groups.items()]


def _contacts(text: str) -> list[Entry]:
    found = []
    for block in _blocks(text, "VCARD"):
        uid = _value(block, "UID") or "made-" + sha256(block.encode()).hexdigest()[:32]
        whole = block if _value(block, "UID") else _with(block, f"UID:{uid}")
        found.append(_entry(uid, whole, block))
    return found


def _entry(uid: str, text: str, block: str) -> Entry:
    bad = "too large" if len(text) > LARGEST else "not closed" if block.count("BEGIN:") != block.count("\nEND:") else ""
    return Entry(sha256(uid.encode()).hexdigest()[:32], text.replace("\n", "\r\n"), bad)


def _blocks(text: str, kind: str) -> list[str]:
    """From BEGIN to END, each with a line end; one that is not closed ends where the next begins."""
    pattern = rf"^BEGIN:{kind}[ \t]*$.*?(?:^END:{kind}[ \t]*$|(?=^(?:BEGIN:{kind}|END:VCALENDAR)[ \t]*$)|\Z)"
    return [found.strip() + "\n" for found in re.findall(pattern, text, re.MULTILINE | re.DOTALL | re.IGNORECASE)]


def _wrapped(inside: str) -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Paraat//import//EN\n{inside}END:VCALENDAR\n"


def _with(block: str, line: str) -> str:
    first, _, rest = block.partition("\n")
    return f"{first}\n{line}\n{rest}"


def _value(block: str, name: str) -> str:
    """The value of a property, its folded lines joined (RFC 5545, 3.1)."""
    found = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", re.sub(r"\n[ \t]", "", block), re.MULTILINE | re.IGNORECASE)
    return found.group(1).strip() if found else ""


def _decoded(raw: bytes) -> str:
    """UTF-8 as the standards want it, else what old programs on Windows wrote."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
