"""What people paste, one thing a line, read into lists, and written back the same way; every wrong line is named with its number.

A line has its parts between semicolons (or tabs, as a spreadsheet pastes them): `crisis; Crisis team; nl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("nl", "fr", "de", "en")
STATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "works": {
        "nl": ("werkt",),
        "fr": ("fonctionne",),
        "de": ("funktioniert",),
        "en": ("works",),
    },
    "limited": {
        "nl": ("beperkt", "werkt beperkt"),
        "fr": ("limité", "limite", "limitée", "limitee", "fonctionne en partie", "en partie"),
        "de": ("eingeschränkt", "eingeschraenkt", "funktioniert eingeschränkt"),
        "en": ("limited", "partly works"),
    },
    "down": {
        "nl": ("niet beschikbaar", "onbeschikbaar", "werkt niet"),
        "fr": ("indisponible", "ne fonctionne pas", "hors service"),
        "de": ("nicht verfügbar", "nicht verfuegbar", "funktioniert nicht"),
        "en": ("down", "does not work", "not available"),
    },
}
"""What people write for the state of a service, per language; the first word is the one that they are shown."""
LOGIN = re.compile(r"[a-z][a-z0-9.-]{1,38}[a-z0-9]")
_HOURS = re.compile(r"(.+?)\s+(\d{1,2}:\d{2})\s*(?:-|–|to|tot|à|bis)\s*(\d{1,2}:\d{2})")
RESERVED = frozenset({"verifier", "root", "postmaster", "abuse", "admin"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be taken: its number, what stands there, and why (English; translated where it is shown)."""

    number: int
    line: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read, and every line that was not."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


def parts(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(number, line, its parts) of every line that is not empty."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            divider = "\t" if "\t" in line else ";"
            yield number, line.strip(), [one.strip() for one in line.split(divider)]


def accounts(text: str, *, language: str = "nl") -> Taken:
    """`login; name; language` a line; the language may be left out. Each login once."""
    taken, seen = Taken(), set[str]()
    for number, line, found in parts(text):
        login, name, own = (*found, "", "")[:3]
        own = own.lower() or language
        why = _account_wrong(login.lower(), name, own, seen)
        if why:
            taken.wrong.append(Wrong(number, line, why))
            continue
        seen.add(login.lower())
        taken.rows.append({"login": login.lower(), "name": name[:100], "language": own})
    return taken


def _account_wrong(login: str, name: str, language: str, seen: set[str]) -> str:
    if not LOGIN.fullmatch(login):
        return "A login has 3 to 40 letters, digits, dots or hyphens, and begins with a letter"
    if login in RESERVED:
        return "This login is kept for the system"
    if login in seen:
        return "This login stands there twice"
    if not name:
        return "Write a name: best a role, such as Crisis team"
    if language not in LANGUAGES:
        return "The language is nl, fr, de or en"
    return ""


def services(text: str) -> Taken:
    """`name; works, limited or down; note` a line, for the emergency page; the state in the words of any of our languages."""
    return _read(text, lambda found: {"name": found[0], "state": state(found[1]), "note": found[2]}, _service_wrong)


def state(said: str) -> str:
    """The state that somebody wrote in his own words; "" when it is none."""
    return _BY_WORD.get(" ".join(said.casefold().split()), "")


_BY_WORD = {word: name for name, said in STATES.items() for words in said.values() for word in words}


def _service_wrong(row: Mapping[str, str]) -> str:
    return "" if row["state"] else "Write works, limited or down after the name"


def phones(text: str) -> Taken:
    """`label; number; note` a line."""
    return _read(text, lambda found: {"label": found[0], "number": found[1], "note": found[2]}, _phone_wrong)


def _phone_wrong(row: Mapping[str, str]) -> str:
    return "" if re.fullmatch(r"[+\d][\d\s./()-]{2,24}", row["number"]) else "Write a telephone number after the name"


def links(text: str) -> Taken:
    """`label; https://…` a line."""
    return _read(text, lambda found: {"label": found[0], "url": found[1]}, _link_wrong)


def _link_wrong(row: Mapping[str, str]) -> str:
    return (
        ""
        if row["url"].startswith(("https://", "http://"))
        else "Write an address that begins with https:// after the name"
    )


def counters(text: str) -> Taken:
    """`name; address; days 09:00-12:00; more days …` a line."""
    taken = Taken()
    for number, line, found in parts(text):
        hours = [_HOURS.fullmatch(one) for one in found[2:] if one]
        if not all(hours):
            taken.wrong.append(Wrong(number, line, "Write hours as: Mon-Fri 09:00-12:00"))
            continue
        open_at = [{"days": one[1], "from": one[2], "to": one[3]} for one in hours if one]
        taken.rows.append({"name": found[0], "address": found[1] if len(found) > 1 else "", "hours": open_at})
    return taken


def _read(text: str, make: Callable[[list[str]], dict[str, str]], wrong: Callable[[Mapping[str, str]], str]) -> Taken:
    taken = Taken()
    for number, line, found in parts(text):
        row = make([*found, "", "", ""])
        why = wrong(row)
        if why:
            taken.wrong.append(Wrong(number, line, why))
        else:
            taken.rows.append({name: value for name, value in row.items() if value})
    return taken


# Back to lines --------------------------------------------------------------------------------------------------------------------


def written(rows: Iterable[Mapping[str, Any]], *names: str) -> str:
    """Rows as lines that read back the same; empty parts at the end are left out."""
    lines = ("; ".join(_plain(row.get(name)) for name in names).rstrip("; ") for row in rows)
    return "\n".join(lines)


def written_services(rows: Iterable[Mapping[str, Any]], language: str) -> str:
    """The services of the emergency page as lines, each state in the words of who reads them."""
    return written((dict(row) | {"state": _word(row.get("state"), language)} for row in rows), "name", "state", "note")


def _word(said: Any, language: str) -> str:
    words = STATES.get(state(str(said or "")), {})
    return (words.get(language) or words.get("en") or (str(said or ""),))[0]


def written_counters(rows: Iterable[Mapping[str, Any]]) -> str:
    """Counters as lines."""
    return "\n".join("; ".join(_counter(row)).rstrip("; ") for row in rows)


def _counter(row: Mapping[str, Any]) -> Iterator[str]:
    yield _plain(row.get("name"))
    yield _plain(row.get("address"))
    for one in row.get("hours") or ():
        days = one.get("days")
        said = ",".join(days) if isinstance(days, list) else _plain(days)
        if one.get("from") and one.get("to"):
            yield f"{said} {one['from']}-{one['to']}"


def _plain(value: Any) -> str:
    """A text of one line; of texts per language the first that there is."""
    if isinstance(value, Mapping):
        value = next((value[one] for one in LANGUAGES if value.get(one)), "")
    return " ".join(str(value or "").replace(";", ",").split())
