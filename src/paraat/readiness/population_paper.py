"""The population on paper: the tables as they stand on the screen, as PDF/UA. A long list comes in volumes, so that memory does not grow with it."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents, moment
from paraat.platform.jinja import language
from paraat.platform.jinja import moment as shown
from paraat.readiness.population_sheets import Sheet, cell

TEMPLATE = "readiness/typst/population.typ"
WHOLE, VOLUME = 500, 200
"""Rows in one PDF; a list of more is a ZIP of parts of so many, so that it takes no more memory than one PDF of all would."""


def pdf(title: str, lead: str, sheets: Iterable[Sheet], notes: Iterable[str] = ()) -> bytes:
    """One PDF of these tables, in the reader's language."""
    return _pdf(title, lead, [_section(sheet, sheet.rows) for sheet in sheets], list(notes))


def _section(sheet: Sheet, rows: Iterable[Any]) -> dict[str, Any]:
    return {
        "title": str(sheet.title),
        "columns": [str(column.title) for column in sheet.columns],
        "rows": [[cell(column, row) for column in sheet.columns] for row in rows],
    }


def _pdf(title: str, lead: str, sections: list[dict[str, Any]], notes: list[str]) -> bytes:
    data = {
        "title": title,
        "tlp": Tlp.AMBER_STRICT.label,
        "exercise": None,
        "made": shown(moment.now(), "long"),
        "footer": configuration.TEAM_NAME.get(),
        "lead": lead,
        "sections": sections,
        "notes": notes,
        "nobody": _("Nobody."),
    }
    return documents.pdf(TEMPLATE, data, language=language())


def answer(title: str, lead: str, sheet: Sheet, number: int, name: str) -> HttpResponseBase:
    """A list of `number` rows as a file to save: a PDF, or a ZIP of volumes."""
    file_name = f"{name}-{moment.today()}"
    if number <= WHOLE:
        return saved(pdf(title, lead, [sheet]), f"{file_name}.pdf")
    file = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    with zipfile.ZipFile(file, "w") as packed:
        for place, rows in enumerate(_volumes(sheet.rows), start=1):
            words = _("%(lead)s Part %(place)s of %(parts)s.") % {
                "lead": lead,
                "place": place,
                "parts": -(-number // VOLUME),
            }
            packed.writestr(f"{file_name}-{place:03}.pdf", _pdf(title, words, [_section(sheet, rows)], []))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{file_name}.zip")


def _volumes(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, VOLUME)):
        yield some


def saved(content: bytes, file_name: str) -> HttpResponse:
    """A PDF to save."""
    made = HttpResponse(content, content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return made
