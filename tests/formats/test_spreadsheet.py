"""Tables as people make them: any dialect, any encoding, any workbook."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats import spreadsheet
from paraat.formats.errors import FormatError, TooBig, UnknownFormat


def workbook(rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(line, place, cell)
    book.close()
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_it_reads_every_dialect(delimiter: str, encoding: str) -> None:
    text = delimiter.join(["naam", "nis"]) + "\r\n" + delimiter.join(["Büllingen", "63012"]) + "\r\n"
    sheet = spreadsheet.read(text.encode(encoding))
    assert sheet.columns == ("naam", "nis")
    assert sheet.rows[0].cells == {"naam": "Büllingen", "nis": "63012"}


def test_it_counts_rows_as_a_person_does() -> None:
    sheet = spreadsheet.read(b'name,note\n\nA,"two\nlines"\n,\nB,x\n')
    assert [(row.number, row.cells["name"]) for row in sheet.rows] == [(3, "A"), (6, "B")]


def test_it_reads_a_workbook_as_text() -> None:
    sheet = spreadsheet.read(workbook([["name", "nis", "kbo", "since"], ["Ronse", 45041, 207460432, date(1977, 1, 1)]]))
    assert sheet.rows[0].cells == {"name": "Ronse", "nis": "45041", "kbo": "207460432", "since": "1977-01-01"}


def test_a_row_with_too_many_cells_says_so() -> None:
    sheet = spreadsheet.read(b"name,nis\nRonse,45041,x\nGent,44021\n")
    assert "more cells than columns" in sheet.rows[0].fault and not sheet.rows[1].fault


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", FormatError),
        (b"\n\n", FormatError),
        (b"name,Name\na,b\n", FormatError),
        (b"name\0\nx", UnknownFormat),
        (b"PK\x03\x04 not a workbook", FormatError),
        (b"\xd0\xcf\x11\xe0 not a workbook either", FormatError),
        (b"x" * (spreadsheet.MOST_BYTES + 1), TooBig),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        spreadsheet.read(content)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_UNPACKED", 1024)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000)
    with pytest.raises(TooBig):
        spreadsheet.read(file.getvalue())


@given(st.binary(max_size=300))
def test_it_never_fails_otherwise(content: bytes) -> None:
    with contextlib.suppress(FormatError):
        spreadsheet.read(content)


_CELL = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.lists(_CELL, min_size=1, max_size=5))
def test_what_was_written_is_read(cells: list[str]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    columns = [f"c{place}" for place in range(len(cells))]
    writer.writerow(columns)
    writer.writerow(cells)
    rows = spreadsheet.read(file.getvalue().encode()).rows
    expected = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    assert [row.cells for row in rows] == ([expected] if any(expected.values()) else [])
