"""The official layout is recognised by what stands in it; what is not right is put aside with sheet, row and field."""

from __future__ import annotations

import pytest

from paraat.formats.workbook import read_book
from paraat.readiness.rules.cyfun_workbook import SHEETS, Bad, Workbook, normal, recognise
from tests.readiness import official


def read(content: bytes) -> Workbook:
    book = read_book(content, SHEETS)
    return recognise(book.names, book.rows)


@pytest.mark.parametrize(
    ("level", "number", "keys"), [("basic", 34, 13), ("important", 133, 22), ("essential", 218, 29)]
)
def test_the_three_workbooks_are_read_whole(level: str, number: int, keys: int) -> None:
    found = read(official.workbook(level))
    assert (found.level, len(found.lines), found.bad, found.missing) == (level, number, (), ())
    assert sum(one.key_measure for one in found.lines) == keys
    known = {one["identifier"]: one for one in official.controls(level)}
    for line in found.lines:
        one = known[line.identifier]
        assert (line.level, line.key_measure, line.management) == (one["level"], one["key_measure"], one["management"])
        assert line.text == f"What the test asks for under {line.identifier}"


def test_the_columns_shift_with_the_level() -> None:
    assert read(official.workbook("basic")).columns["PROTECT"].letter("documentation") == "F"
    essential = read(official.workbook()).columns["PROTECT"]
    assert [essential.letter(one) for one in ("requirement", "documentation", "implementation", "comments")] == ["F", "G", "H", "M"]  # fmt: skip


def test_answers_are_read_and_not_applicable_wins() -> None:
    answers = {"PR.AA-03.2": (4, 2, "a word"), "PR.DS-11.1": ("N/A", 3, ""), "PR.IR-01.1": (5, None, "")}
    lines = {one.identifier: one for one in read(official.workbook(answers=answers)).lines}
    first, second, third = (lines[one] for one in answers)
    assert (first.documentation, first.implementation, first.comments) == (4, 2, "a word")
    assert (second.not_applicable, second.documentation, second.implementation) == (True, None, None)
    assert (third.documentation, third.implementation) == (5, None)


def test_identifiers_as_others_write_them_are_the_same_controls() -> None:
    written = {"ID.AM-05.1": "ID.AM-5.1", "DE.CM-03.1": "DE.CM-03-1", "ID.AM-08.10": "ID.AM-08.10"}
    found = {one.identifier for one in read(official.workbook(written=written)).lines}
    assert set(written) <= found


def test_bad_cells_are_put_aside_and_the_rest_is_taken() -> None:
    answers = {"GV.OC-01.1": (6, 3, ""), "GV.OC-02.1": ("three", "N/A", ""), "GV.OC-03.1": (2.5, 3, "")}
    found = read(official.workbook(answers=answers))
    assert found.bad == (
        Bad("GOVERN", 3, "documentation", "6", "no_score"),
        Bad("GOVERN", 4, "documentation", "three", "no_score"),
        Bad("GOVERN", 5, "documentation", "2.5", "no_score"),
    )
    assert len(found.lines) == 218


def test_bad_rows_are_put_aside() -> None:
    rows = official.controls()
    rows = [
        *rows,
        rows[0],
        {**rows[1], "identifier": "no identifier"},
        {**rows[2], "level": "golden"},
        {**rows[-1], "function": "GOVERN"},
    ]
    bad = read(official.workbook(rows=rows)).bad
    assert [(one.why, one.row) for one in bad] == [
        ("twice", 43),
        ("no_identifier", 44),
        ("no_level", 45),
        ("other_sheet", 46),
    ]


def test_a_workbook_of_another_layout_is_not_guessed_at() -> None:
    found = recognise(["GOVERN", "Other"], {"GOVERN": [["a", "b"], ["c", "d"]]})
    assert found.lines == ()
    assert found.missing == SHEETS


def test_identifiers_are_written_one_way() -> None:
    assert [normal(one) for one in ("ID.AM-5.1", "DE.CM-03-1")] == ["ID.AM-05.1", "DE.CM-03.1"]
    assert [normal(one) for one in ("PR.AA-05.10", "B01")] == ["PR.AA-05.10", None]
