"""Writing into somebody else's workbook: the cells change, everything else stays byte for byte."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.errors import FormatError, UnknownFormat
from paraat.formats.workbook import read_book
from paraat.formats.workbook_cells import fill


def book(**sheets: dict[str, object]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    for name, cells in sheets.items():
        sheet = made.add_worksheet(name)
        sheet.protect("secret")
        for place, value in cells.items():
            sheet.write(place, value)
    made.close()
    return out.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def repacked(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    found = parts(content)
    assert old in found[part]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, inside in found.items():
            archive.writestr(name, inside.replace(old, new) if name == part else inside)
    return out.getvalue()


def cell(content: bytes, sheet: str, row: int, column: int) -> str:
    return read_book(content, [sheet]).rows[sheet][row - 1][column - 1]


def test_only_the_sheet_and_the_order_to_compute_change() -> None:
    before = repacked(
        book(One={"A1": "kept", "B2": 3}, Two={"A1": "other"}), "xl/workbook.xml", b' fullCalcOnLoad="1"', b""
    )
    filled = fill(before, {"One": {"B2": 5}})
    old, new = parts(before), parts(filled.content)
    assert list(old) == list(new)
    assert {name for name in old if old[name] != new[name]} == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}
    assert b'fullCalcOnLoad="1"' in new["xl/workbook.xml"]
    assert new["xl/worksheets/sheet1.xml"] == old["xl/worksheets/sheet1.xml"].replace(b"<v>3</v>", b"<v>5</v>")


def test_cells_and_rows_that_were_not_there_stand_in_order() -> None:
    before = book(One={"B2": 2, "D2": 4, "B9": 9})
    wanted = {"A2": 1, "C2": 3, "E2": 5, "C5": "five", "A5": 15, "A6": 6, "A12": 12}
    content = fill(before, {"One": wanted}).content
    rows = read_book(content, ["One"]).rows["One"]
    assert rows[1] == ("1", "2", "3", "4", "5")
    assert (rows[4][0], rows[4][2], rows[5][0], rows[8][1], rows[11][0]) == ("15", "five", "6", "9", "12")
    sheet = parts(content)["xl/worksheets/sheet1.xml"]
    found = [
        sheet.index(f'r="{one}"'.encode()) for one in ("A2", "B2", "C2", "D2", "E2", "A5", "C5", "A6", "B9", "A12")
    ]
    assert found == sorted(found)


def test_an_empty_sheet_takes_cells_too() -> None:
    assert cell(fill(book(One={}), {"One": {"B3": 7}}).content, "One", 3, 2) == "7"


def test_a_cell_is_emptied_and_keeps_its_look() -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    made.add_worksheet("One").write("B2", 4, made.add_format({"bold": True}))
    made.close()
    sheet = parts(fill(out.getvalue(), {"One": {"B2": None}}).content)["xl/worksheets/sheet1.xml"]
    assert b'<c r="B2" s="1"/>' in sheet


def test_a_formula_is_left_alone_and_said() -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    made.add_worksheet("One").write_formula("B2", "=1+1", None, 2)
    made.close()
    filled = fill(out.getvalue(), {"One": {"B2": 4}})
    assert filled.formulas == ("One!B2",)
    assert b"<f>1+1</f>" in parts(filled.content)["xl/worksheets/sheet1.xml"]


@given(st.text(max_size=60))
def test_any_text_comes_back(text: str) -> None:
    before = book(One={"B2": 1})
    seen = cell(fill(before, {"One": {"B2": text}}).content, "One", 2, 2) if text.strip() else ""
    clean = "".join(" " if (one < " " and one not in "\t\n\r") or one in "\ufffe\uffff" else one for one in text)
    assert seen.replace("\r\n", "\n").replace("\r", "\n") == clean.strip().replace("\r\n", "\n").replace("\r", "\n")


def test_sheets_with_a_prefix_are_written_with_it() -> None:
    before = book(One={"B2": 3})
    sheet = parts(before)["xl/worksheets/sheet1.xml"]
    for tag in (b"sheetData", b"row", b"c", b"v"):
        for old, new in ((b"<%s>", b"<x:%s>"), (b"<%s ", b"<x:%s "), (b"</%s>", b"</x:%s>")):
            sheet = sheet.replace(old % tag, new % tag)
    named = b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    whole = parts(before)["xl/worksheets/sheet1.xml"]
    content = repacked(before, "xl/worksheets/sheet1.xml", whole, sheet.replace(b"<worksheet ", named))
    written = parts(fill(content, {"One": {"B2": 5, "C2": "text"}}).content)["xl/worksheets/sheet1.xml"]
    assert b'<x:c r="B2"><x:v>5</x:v></x:c><x:c r="C2" t="inlineStr"><x:is>' in written


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(UnknownFormat):
        fill(b"nothing", {})
    with pytest.raises(FormatError):
        fill(b"PK\x03\x04 broken", {})
    with pytest.raises(FormatError):
        fill(book(One={"A1": 1}), {"Two": {"A1": 1}})


def test_entities_are_refused() -> None:
    bad = repacked(
        book(One={"A1": 1}), "xl/worksheets/sheet1.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    )
    with pytest.raises(FormatError):
        fill(bad, {"One": {"A1": 2}})
