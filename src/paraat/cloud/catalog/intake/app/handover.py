"""Everything that a clerk may see, for taking over into the real systems: per form a CSV and a PDF, and the papers, in one ZIP.

The ZIP is made while it is sent: no plain copy of it touches the disk, and one paper at a time is in memory.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence

from .clerks import Clerk
from .form import Form
from .office import Office
from .papers import ENDINGS
from .printing import printed
from .submission import Submission, content, every, papers
from .words import word

HEAD = ("reference", "form", "status", "counter", "visit", "day", "time", "number", "language", "filed", "changed")
PER_DOCUMENT = 200
"""Requests in one PDF: more would take more memory than the service has, and nobody prints that many at once."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Pipe(io.RawIOBase):
    """What was written since somebody last took it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """All of it, once."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def archive(office: Office, clerk: Clerk, handover: str, language: str) -> Iterator[bytes]:
    """The ZIP of a hand-over, piece by piece, of one moment of the data."""
    pipe = _Pipe()
    with office.store.reading() as connection, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as bundle:
        found = [one for one in every(connection, office.vault, clerk) if one.handed == handover]
        offers = office.offers(connection)
        for name in dict.fromkeys(one.form for one in found):
            form, own = offers[name][0], [one for one in found if one.form == name]
            bundle.writestr(f"{name}.csv", sheet(office, connection, form, own, language))
            yield pipe.taken()
            for number, first in enumerate(range(0, len(own), PER_DOCUMENT), start=1):
                part = own[first : first + PER_DOCUMENT]
                title = f"{name}.pdf" if len(own) <= PER_DOCUMENT else f"{name}-{number}.pdf"
                bundle.writestr(title, document(office, form, part, language))
                yield pipe.taken()
            for one in own:
                yield from _papers(office, connection, bundle, pipe, one)
    yield pipe.taken()


def _papers(
    office: Office, connection: sqlite3.Connection, bundle: zipfile.ZipFile, pipe: _Pipe, one: Submission
) -> Iterator[bytes]:
    for name, identity in paper_names(office, connection, one):
        bundle.writestr(
            zipfile.ZipInfo(f"papers/{name}"), content(connection, office.vault, one.id, identity), zipfile.ZIP_STORED
        )
        yield pipe.taken()


def paper_names(office: Office, connection: sqlite3.Connection, one: Submission) -> list[tuple[str, str]]:
    """The name of each paper in the hand-over, with its id. Nothing of the citizen's own name for it, which may be anything."""
    found = papers(connection, office.vault, one.id)
    return [(f"{one.reference}-{number}-{p.field}.{ENDINGS[p.kind]}", p.id) for number, p in enumerate(found, start=1)]


def sheet(
    office: Office, connection: sqlite3.Connection, form: Form, found: Sequence[Submission], language: str
) -> bytes:
    """The CSV of a form (RFC 4180, UTF-8 with a mark that Excel wants): keys as heads, choices as keys, so that a program can read it."""
    out = io.StringIO()
    writer = csv.writer(out)
    fields = [one.key for one in form.fields]
    writer.writerow([*HEAD, *fields, "note", "papers"])
    for one in found:
        named = " ".join(name for name, _ in paper_names(office, connection, one))
        line = [one.reference, one.form, one.status, office.tenant.counter(one.counter).name(language), one.visit]
        line += [one.day or "", one.time or "", str(one.number or ""), one.language, one.created_at, one.updated_at]
        line += [*(one.answers.get(key, "") for key in fields), one.note, named]
        writer.writerow([plain(cell) for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def document(office: Office, form: Form, found: Sequence[Submission], language: str) -> bytes:
    """The PDF of a form, tagged (PDF/UA-1). Answers reach typst as data and are never read as markup."""
    data = {
        "language": language,
        "title": form.title[language],
        "organisation": office.tenant.name(language),
        "notice": word(language, "handover_notice"),
        "requests": [_entry(office, form, one, language) for one in found],
    }
    return printed(json.dumps(data, ensure_ascii=False))


def _entry(office: Office, form: Form, one: Submission, language: str) -> dict[str, object]:
    rows = [
        (word(language, "status"), word(language, f"status_{one.status}")),
        (word(language, "counter"), office.tenant.counter(one.counter).name(language)),
        (word(language, "visit"), " ".join(filter(None, (word(language, f"visit_{one.visit}"), one.day, one.time)))),
        (word(language, "filed_at"), one.created_at[:16].replace("T", " ")),
    ]
    rows += [(each.label[language], each.shown(one.answers.get(each.key, ""), language) or "–") for each in form.fields]
    rows += [(word(language, "note"), one.note)] if one.note else []
    return {"reference": one.reference, "rows": rows}
