"""Several sheets of one workbook (XLSX), as text: what stands in the cells, formulas by what they last gave. Nothing is computed."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import python_calamine

from paraat.formats.errors import FormatError, TooBig, UnknownFormat
from paraat.formats.spreadsheet import refuse_bombs

MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 100
MOST_TEXT = 20_000
"""Characters of one cell; what is longer is cut, and nobody writes that much into one."""

_ZIP = b"PK\x03\x04"
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The names of all sheets, and the rows of those that were asked for: row and column count from 1 as people do, so `rows[name][0]` is row 1."""

    names: tuple[str, ...]
    rows: dict[str, tuple[Cells, ...]]


def read_book(content: bytes, sheets: Collection[str]) -> Book:
    """The sheets with these names, as far as the workbook has them. Raises UnknownFormat, FormatError, TooBig."""
    if len(content) > MOST_BYTES:
        raise TooBig(f"This workbook is bigger than {MOST_BYTES // 2**20} MB")
    if not content.startswith(_ZIP):
        raise UnknownFormat("This is not a workbook (XLSX)")
    refuse_bombs(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = tuple(book.sheet_names)
        return Book(names, {name: _rows(book, name) for name in names if name in sheets})
    except (python_calamine.CalamineError, ValueError, IndexError) as error:
        raise FormatError(f"This workbook cannot be read: {error}") from error


def _rows(book: Any, name: str) -> tuple[Cells, ...]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise TooBig(f"A sheet has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns", sheet=name)
    return tuple(tuple(_text(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()[:MOST_TEXT]
