"""Rows of a history: what can be read, and which field is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from paraat.readiness.rules import history
from paraat.readiness.rules.history import Fault, Line

TODAY = date(2026, 3, 2)
GOOD = {"nis": "45041", "programme": "audit", "step": "signed-up", "date": "2020-07-01"}


def test_a_row_as_it_should_be() -> None:
    assert history.read(2, GOOD, "", TODAY) == Line(2, "45041", "audit", "signed-up", date(2020, 7, 1))


def test_case_of_headings_programmes_and_steps_does_not_matter() -> None:
    row = {"NIS": " 45041 ", "Programme": "Audit", "STEP": "Signed-Up", "Date": "2020-07-01"}
    assert history.read(2, row, "", TODAY) == Line(2, "45041", "audit", "signed-up", date(2020, 7, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nis", "4504"), ("nis", "45041.0"), ("nis", ""), ("nis", "４５０４１"), ("programme", "audit 2020"), ("programme", "-audit"),
        ("programme", "a" * 41), ("step", "sign-up"), ("step", ""), ("date", "01/07/2020"), ("date", "2020-13-01"), ("date", "2020-7-1"),
        ("date", "2026-03-03"), ("date", "20200701"),
    ],
)  # fmt: skip
def test_a_bad_row_names_its_field_and_keeps_what_was_given(field: str, value: str) -> None:
    found = history.read(7, {**GOOD, field: value}, "", TODAY)
    assert isinstance(found, Fault)
    assert (found.row, found.field, found.raw[field]) == (7, field, value)
    assert found.reason


def test_a_row_of_the_wrong_shape_says_so() -> None:
    found = history.read(3, GOOD, "more cells than columns: x", TODAY)
    assert isinstance(found, Fault)
    assert found.reason == "more cells than columns: x"


def test_missing_columns_are_named() -> None:
    assert history.missing(["NIS", "Date", "remark"]) == ["programme", "step"]
