"""Brings the entries of an export into the shared calendar or address book, through the service itself: it decides what is an entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.calendar.dav import headers
from paraat.cloud.catalog.calendar.entries import Entry, entries
from paraat.kernel.errors import Invalid

_PLACES = {"ics": ("calendar", "text/calendar"), "vcf": ("contacts", "text/vcard")}
LARGEST = 200_000_000  # bytes of an export


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an export."""

    entries: int
    already: int  # one with the same UID was there: it stays as it is
    aside: int  # the service does not understand them: kept in /data/aside
    place: str  # the file they were put aside in


def take(access: Access, kind: str, path: Path) -> Taken:
    """Every entry of the export; Invalid when it is no such export."""
    if kind not in _PLACES:
        raise Invalid(f"The calendar cannot read an export of the kind {kind}", field="kind")
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise Invalid("The export is no file, or larger than 200 MB", field="file")
    counts, bad = Counter[str](), list[Entry]()
    connection = HTTPConnection(*access.address("calendar"), timeout=60)
    try:
        for entry in entries(kind, path.read_bytes()):
            came = "aside" if entry.bad else _put(connection, access, kind, entry)
            bad += [entry] if came == "aside" else []
            counts[came] += 1
    except ValueError as error:
        raise Invalid(f"The export cannot be read: {error}", field="file") from error
    finally:
        connection.close()
    return Taken(counts["entries"], counts["already"], len(bad), _aside(access, kind, bad) if bad else "")


def _put(connection: HTTPConnection, access: Access, kind: str, entry: Entry) -> str:
    """Offer one entry; what came of it. An entry with that name is never replaced."""
    place, content = _PLACES[kind]
    sent = headers(access) | {"Content-Type": f"{content}; charset=utf-8", "If-None-Match": "*"}
    connection.request("PUT", f"/shared/{place}/{entry.name}.{kind}", body=entry.text.encode(), headers=sent)
    answer = connection.getresponse()
    answer.read()
    if answer.status in {200, 201, 204}:
        return "entries"
    if answer.status in {409, 412}:
        return "already"
    if answer.status in {400, 403, 415}:
        return "aside"
    raise NotVerified(f"The calendar did not take an entry: {answer.status}")


def _aside(access: Access, kind: str, bad: list[Entry]) -> str:
    """Keep what was not understood, as it came, where nobody's program reads it."""
    name = f"/data/aside/{bad[0].name}.{kind}"
    script = f'mkdir -p /data/aside && cat > "{name}"'
    access.run("calendar", "sh", "-c", script, stdin="\r\n".join(one.text for one in bad).encode())
    return name
