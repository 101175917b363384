"""A frozen situation report on paper: PDF/UA and DOCX, both made from the frozen content and from nothing else.

The charts are drawings of the figures in the lines (typst draws them, so that they stay sharp and carry a text of their own); a word processor gets
the same figures as tables. What was made is kept in the content store under its SHA-256 and never made again.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from docx import Document
from docx.document import Document as Paper
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from paraat.kernel.marking import Tlp
from paraat.platform import configuration, documents
from paraat.platform.jinja import moment as at_words
from paraat.warroom.rules import sitrep
from paraat.warroom.rules.sitrep import Content, Line

TEMPLATE = "warroom/typst/sitrep.typ"

TITLES = {
    "room": gettext_lazy("War room"),
    "bottom_line": gettext_lazy("Bottom line"),
    "trend": gettext_lazy("Trend"),
    "lanes": gettext_lazy("Per lane"),
    "affected": gettext_lazy("Affected"),
    "actions": gettext_lazy("Actions"),
    "decisions_asked": gettext_lazy("Decisions asked"),
    "forecast": gettext_lazy("Forecast"),
    "statements": gettext_lazy("What may be said"),
    "next_report": gettext_lazy("Next report"),
}
FIGURES = {
    "new": gettext_lazy("new"),
    "open": gettext_lazy("open"),
    "closed": gettext_lazy("closed"),
    "escalated": gettext_lazy("escalated"),
    "confirmed": gettext_lazy("confirmed"),
    "unverified": gettext_lazy("unverified"),
    "reached": gettext_lazy("reached"),
    "waiting": gettext_lazy("waiting"),
    "silent": gettext_lazy("silent"),
    "bounced": gettext_lazy("bounced"),
    "no_out_of_band": gettext_lazy("no out-of-band contact"),
    "no_contact": gettext_lazy("no contact"),
    "victims": gettext_lazy("organisations hit"),
    "cases": gettext_lazy("open cases"),
}
LANE_FIGURES = ("new", "open", "closed", "escalated", "confirmed", "unverified")
TILES = (
    ("30000", "40000", "10000", "70000"),
    ("50000", "20001", "20002", "60000"),
    ("", "90000", "80000", ""),
)
"""The provinces about where they lie (NIS codes), as tiles: west to east, north to south."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both papers are made from: words in the report's language, and the frozen content."""

    number: str
    title: str
    version: str
    language: str
    tlp: str
    exercise: str | None
    as_of: datetime
    content: Content
    left_out: int
    facts: tuple[tuple[str, str], ...]
    provinces: dict[str, str]


def as_pdf(sheet: Sheet) -> bytes:
    """The report as PDF/UA-1. Raises documents.NoDocument."""
    with translation.override(sheet.language), timezone.override(settings.TIME_ZONE):
        data = {
            "title": sheet.title,
            "tlp": sheet.tlp,
            "exercise": sheet.exercise,
            "made": at_words(sheet.as_of, "long"),
            "footer": f"{configuration.TEAM_NAME.get()} · {sheet.number}",
            "facts": sheet.facts,
            "sections": [_section(sheet, section) for section in sitrep.SECTIONS[sheet.version] if section != "room"],
        }
    return documents.pdf(TEMPLATE, data, language=sheet.language)


def _section(sheet: Sheet, section: str) -> dict[str, Any]:
    found = sheet.content.get(section, [])
    return {
        "title": str(TITLES[section]),
        "empty": "" if found else _("Nothing to report."),
        "lines": [_words(one) for one in found if not _is_lane(section, one)],
        "table": lane_table(found) if section == "lanes" else None,
        "chart": _chart(found) if section == "trend" else None,
        "tiles": _tiles(sheet) if section == "affected" else None,
    }


def _is_lane(section: str, one: Line) -> bool:
    return section == "lanes" and set(LANE_FIGURES) <= set(one["figures"])


def _words(one: Line) -> str:
    """A line as it is printed: its words, where they come from and whether somebody verified them, and its own TLP."""
    sure = {True: _("verified"), False: _("proved wrong")}.get(one["verified"], "")
    beside = ", ".join(part for part in (one["source"], sure, Tlp(one["tlp"]).label) if part)
    return f"{one['text']} ({beside})"


def lane_table(found: list[Line]) -> dict[str, Any] | None:
    """Lanes with their figures, as a table of text; None without lanes."""
    lanes = [one for one in found if _is_lane("lanes", one)]
    if not lanes:
        return None
    columns = [_("Lane"), *(str(FIGURES[name]) for name in LANE_FIGURES)]
    return {
        "columns": columns,
        "rows": [[one["text"], *(str(one["figures"][name]) for name in LANE_FIGURES)] for one in lanes],
    }


def _chart(found: list[Line]) -> dict[str, Any] | None:
    """The days of the trend as bars, with words for who cannot see them."""
    days: dict[str, int] = next((one["figures"] for one in found if one["id"] == "trend-signals"), {})
    if not any(days.values()):
        return None
    bars = [{"label": at_words(date.fromisoformat(day), "day"), "value": days[day]} for day in sorted(days)]
    said = ", ".join(f"{bar['label']}: {bar['value']}" for bar in bars)
    return {"caption": _("Signals per day"), "alt": f"{_('Signals per day')}. {said}", "bars": bars}


def _tiles(sheet: Sheet) -> dict[str, Any] | None:
    """The provinces with the number of those hit, as tiles about where they lie."""
    found = sitrep.places(sheet.content)
    if not found:
        return None
    named = {nis: sheet.provinces.get(nis, nis) for nis in {*found, *(nis for row in TILES for nis in row if nis)}}
    said = ", ".join(f"{named[nis]}: {found[nis]}" for nis in sorted(found))
    rows = [[{"name": named[nis], "value": found.get(nis, 0)} if nis else None for nis in row] for row in TILES]
    return {"caption": _("Hit per province"), "alt": f"{_('Hit per province')}. {said}", "rows": rows}


# The word processor's ------------------------------------------------------------------------------------------------------------------


def as_docx(sheet: Sheet) -> bytes:
    """The report as DOCX: headings, real tables with a repeated header, language and title set."""
    paper = Document()
    _dress(paper, sheet)
    with translation.override(sheet.language), timezone.override(settings.TIME_ZONE):
        if sheet.exercise:
            paper.add_paragraph().add_run(sheet.exercise).bold = True
        paper.add_paragraph().add_run(sheet.tlp).bold = True
        paper.add_heading(sheet.title, level=1)
        _table(paper, [(_("What")), _("Value")], [list(pair) for pair in sheet.facts])
        for section in sitrep.SECTIONS[sheet.version]:
            if section != "room":
                _write(paper, sheet, section)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def _write(paper: Paper, sheet: Sheet, section: str) -> None:
    said = _section(sheet, section)
    paper.add_heading(said["title"], level=2)
    if said["empty"]:
        paper.add_paragraph(said["empty"])
    if said["table"]:
        _table(paper, said["table"]["columns"], said["table"]["rows"])
    for words in said["lines"]:
        paper.add_paragraph(words, style="List Bullet")
    if said["chart"]:
        bars = said["chart"]["bars"]
        _table(paper, [_("Day"), said["chart"]["caption"]], [[bar["label"], str(bar["value"])] for bar in bars])
    if said["tiles"]:
        tiles = [one for row in said["tiles"]["rows"] for one in row if one and one["value"]]
        _table(paper, [_("Province"), said["tiles"]["caption"]], [[one["name"], str(one["value"])] for one in tiles])


def _table(paper: Paper, columns: list[str], rows: list[list[str]]) -> None:
    """A table whose first row is its header: repeated on every page, and read out as such."""
    table = paper.add_table(rows=1, cols=len(columns), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, columns, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    paper.add_paragraph()


def _dress(paper: Paper, sheet: Sheet) -> None:
    """Title, language and marking, where a word processor and a screen reader look for them."""
    properties = paper.core_properties
    properties.title, properties.language, properties.author = (
        sheet.title,
        sheet.language,
        configuration.TEAM_NAME.get(),
    )
    properties.subject, properties.created = sheet.tlp, sheet.as_of.replace(tzinfo=None)
    normal = paper.styles["Normal"]
    normal.font.size = Pt(10)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), f"{sheet.language}-{'GB' if sheet.language == 'en' else 'BE'}")
    normal.element.get_or_add_rPr().append(language)
    for section in paper.sections:
        section.header.paragraphs[0].text = sheet.tlp
        section.footer.paragraphs[0].text = f"{configuration.TEAM_NAME.get()} · {sheet.number}"
