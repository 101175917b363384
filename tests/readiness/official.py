"""A workbook of the layout that CyFun's self-assessment tools have, built here: none of the official words is in it.

Sheets GOVERN to RECOVER with the heading in row 2, a summary with formulas over them, a chart, protection, validation and colours: all that must
survive when answers are written into it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from paraat.readiness.frameworks.shipped import shipped

SHEETS = ("GOVERN", "IDENTIFY", "PROTECT", "DETECT", "RESPOND", "RECOVER")
LEVELS = ("basic", "important", "essential")
Answer = tuple[Any, Any, str]


def controls(level: str = "essential") -> list[dict[str, Any]]:
    """The controls of a level, as they ship."""
    wanted = LEVELS[: LEVELS.index(level) + 1]
    return [one for one in shipped("cyfun-2025").controls if one["level"] in wanted]


def workbook(
    level: str = "essential",
    answers: Mapping[str, Answer] | None = None,
    *,
    rows: Iterable[Mapping[str, Any]] | None = None,
    written: Mapping[str, str] | None = None,
    text: str = "What the test asks for",
) -> bytes:
    """The bytes of a workbook. `answers` per identifier: documentation, implementation, comments; `written`: identifiers as others write them."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 2, 25, tzinfo=UTC)})  # the same workbook is the same bytes
    score = book.add_format({"locked": False, "bg_color": "#FFF2CC"})
    book.add_worksheet("Introduction").write("T31", "date of the assessment")
    book.add_worksheet("Maturity Levels").write_row("A1", ["Level", "Score", "Documentation", "Implementation"])
    found = list(rows) if rows is not None else controls(level)
    for name in SHEETS:
        inside = [one for one in found if one["function"] == name]
        _sheet(book, name, level, inside, answers or {}, written or {}, text, score)
    summary = book.add_worksheet(f"{level.upper()} Summary")
    summary.write_formula("H3", "=AVERAGE(GOVERN!G3:H42)", None, 0)
    chart = book.add_chart({"type": "radar"})
    chart.add_series({"values": "=GOVERN!$G$3:$G$10"})
    summary.insert_chart("L3", chart)
    book.close()
    return out.getvalue()


def _sheet(
    book: Any,
    name: str,
    level: str,
    inside: list[Mapping[str, Any]],
    answers: Mapping[str, Answer],
    written: Mapping[str, str],
    text: str,
    score: Any,
) -> None:
    sheet = book.add_worksheet(name)
    sheet.protect("secret")
    basic = level == "basic"
    heads = ["Category", "", "", "Subcategory", *([] if basic else ["Assurance level"]), "Requirement"]
    heads += ["Documentation score", "Implementation  Score", "Sub doc", "Sub impl", "Cat doc", "Cat impl"]
    heads += ["Comments and/or additional information", "Assessor comments"]
    sheet.write_row("A2", heads)
    at = 4 if basic else 5
    sheet.write(0, at + 1, level.upper())
    category = subcategory = ""
    for row, one in enumerate(inside, start=2):
        if one["category"] != category:
            sheet.write(row, 0, f"Words of the test ({one['category']}): more words")
        if one["subcategory"] != subcategory:
            sheet.write(row, 3, f"{one['subcategory']}: words of the test")
        category, subcategory = one["category"], one["subcategory"]
        if one["management"]:
            sheet.write(row, 1, "Control linked to the management aspects")
        if one["key_measure"]:
            sheet.write(row, 2, "Key Measure")
        if not basic:
            sheet.write(row, 4, str(one["level"]).title())
        identifier = one["identifier"]
        sheet.write(row, at, f"{written.get(identifier, identifier)}: {text} under {identifier}")
        documentation, implementation, comments = answers.get(identifier, (None, None, ""))
        sheet.write(row, at + 1, documentation, score)
        sheet.write(row, at + 2, implementation, score)
        sheet.write_formula(row, at + 3, f"=AVERAGE({chr(65 + at + 1)}{row + 1})", None, 0)
        if comments:
            sheet.write(row, at + 7, comments, score)
    sheet.data_validation(2, at + 1, 200, at + 2, {"validate": "list", "source": ["N/A", "1", "2", "3", "4", "5"]})
    sheet.conditional_format(2, at + 1, 200, at + 2, {"type": "cell", "criteria": "<", "value": 3, "format": score})
