"""A table that a person made: CSV in whatever dialect and encoding, or a workbook (XLSX, XLS, ODS). Everything comes out as text."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import python_calamine

from paraat.formats.errors import FormatError, TooBig, UnknownFormat

MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
"""What a workbook, which is a zip archive, may unpack to."""

_DELIMITERS = ",;\t|"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as a person counts (the heading is row 1), its cells by column, and what is wrong with its shape, if anything."""

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns as they are named, and its rows; empty rows are left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


def read(content: bytes) -> Sheet:
    """Read a table; by its bytes it is a workbook (the first sheet counts) or CSV. Raises FormatError, TooBig."""
    if len(content) > MOST_BYTES:
        raise TooBig(f"This table is bigger than {MOST_BYTES // 2**20} MB")
    lines = _workbook(content) if content.startswith((_ZIP, _OLD_EXCEL)) else _csv(content)
    return _sheet(lines)


def _sheet(lines: Iterator[tuple[int, Sequence[str]]]) -> Sheet:
    heading = next(((number, cells) for number, cells in lines if any(cells)), None)
    if heading is None:
        raise FormatError("This table is empty")
    columns = tuple(name.strip() for name in heading[1])
    named = [name.casefold() for name in columns if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise FormatError(f"Two columns have the same name: {', '.join(twice)}")
    return Sheet(tuple(name for name in columns if name), tuple(_rows(columns, lines)))


def _rows(columns: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    for count, (number, cells) in enumerate(lines):
        if count >= MOST_ROWS:
            raise TooBig(f"This table has more than {MOST_ROWS} rows")
        tidied = [cell.strip() for cell in cells]
        if not any(tidied):
            continue
        spare = [cell for cell in tidied[len(columns) :] if cell]
        fault = f"more cells than columns: {', '.join(spare)[:100]}" if spare else ""
        yield Row(number, {name: cell for name, cell in zip(columns, tidied, strict=False) if name}, fault)


# CSV ------------------------------------------------------------------------------------------------------------------------------
def _csv(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnknownFormat("This is neither CSV nor a workbook")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError(f"This is not CSV from line {line}: {error}") from error


def _decoded(content: bytes) -> str:
    """UTF-8 first; UTF-16 when it says so; else what Windows writes in Belgium, in which every byte means something."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=heading.count)


# Workbooks ------------------------------------------------------------------------------------------------------------------------
def _workbook(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    if content.startswith(_ZIP):
        refuse_bombs(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False) if book.sheet_names else []
    except (python_calamine.CalamineError, ValueError, IndexError) as error:
        raise FormatError(f"This workbook cannot be read: {error}") from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_text(cell) for cell in cells]


def refuse_bombs(content: bytes) -> None:
    """Refuse an archive that unpacks to more than a workbook ever needs. Raises FormatError, TooBig."""
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except zipfile.BadZipFile as error:
        raise FormatError("This workbook is damaged") from error
    if unpacked > MOST_UNPACKED:
        raise TooBig(f"This workbook unpacks to more than {MOST_UNPACKED // 2**20} MB")


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
        case date():
            return cell.isoformat()
    return str(cell)
