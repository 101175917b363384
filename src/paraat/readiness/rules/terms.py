"""The terms of an authorisation: what is printed, signed and held to. The same terms always have the same digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One line of the scope: kind (domain, host, page, network), value, and the provider whose shared infrastructure it is (an id, or "")."""

    kind: str
    value: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that is signed."""

    organisation: str
    scope: tuple[Entry, ...]
    excluded: tuple[Entry, ...]
    starts_on: date
    ends_on: date
    allowed: tuple[str, ...]
    forbidden: tuple[str, ...]
    social: bool
    social_words: str
    stop_phone: str
    rules: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept and as the digest reads it."""
        days = {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
        return json.loads(json.dumps(asdict(self) | days))  # type: ignore[no-any-return]


def read(kept: Mapping[str, Any]) -> Terms:
    """The terms that were kept with `as_json`."""
    entries = {name: tuple(Entry(**one) for one in kept[name]) for name in ("scope", "excluded")}
    lists = {name: tuple(kept[name]) for name in ("allowed", "forbidden")}
    days = {name: date.fromisoformat(kept[name]) for name in ("starts_on", "ends_on")}
    return Terms(**{**kept, **entries, **lists, **days})


def digest(terms: Terms) -> str:
    """SHA-256 over the canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(terms.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def control(digest: str) -> str:
    """The beginning of a digest as a person compares it on paper and screen: four groups of four."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4)).upper()


def missing(
    *, scope: Sequence[object], starts_on: date | None, ends_on: date | None, allowed: Iterable[str],
    stop_phone: str, social: bool, social_words: str, shared_unnamed: Iterable[str] = (),
) -> list[str]:  # fmt: skip
    """What still lacks before a paper can be made: keys of words, in the order in which somebody fills them in."""
    found = {
        "scope": not scope,
        "dates": starts_on is None or ends_on is None or ends_on < starts_on,
        "methods": not list(allowed),
        "stop_phone": not stop_phone.strip(),
        "social_words": social and not social_words.strip(),
        "provider": bool(list(shared_unnamed)),
    }
    return [name for name, lacks in found.items() if lacks]
