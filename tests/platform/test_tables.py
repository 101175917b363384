"""Lists: searched, filtered, sorted, paged and saved, and no cell ever becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import FileResponse
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from paraat.kernel.marking import ANONYMOUS
from paraat.platform.tables import Column, Filter, Table, guarded, plain
from paraat.registry.models import Organisation
from tests import cast


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The words below are English, whatever language the installation speaks by default."""
    with translation.override("en"):
        yield


pytestmark = pytest.mark.django_db


def table(query: str = "", **more: Any) -> Table:
    request = RequestFactory().get(f"/organisations/?{query}")
    request.viewer = ANONYMOUS  # type: ignore[attr-defined]
    columns = [
        Column("name", "Name", sort="name"),
        Column("nis", "NIS", sort="nis"),
        Column("kind", "Kind", value=lambda row: row.get_kind_display()),
    ]
    made = Table(
        request, Organisation.objects.all(), name="organisations", columns=columns, search=["name", "nis__istartswith"],
        filters=[Filter("province", "Province", [("40000", "East"), ("30000", "West")])], order="name",
    )  # fmt: skip
    for name, value in more.items():
        setattr(made, name, value)
    return made


def names(found: Table) -> list[str]:
    return [row.name for row in found.page.object_list]


@pytest.fixture(autouse=True)
def _towns() -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.eupen()


def test_it_sorts_by_what_the_address_says_and_by_nothing_else() -> None:
    assert names(table()) == ["Eupen", "Ronse", "Spiere-Helkijn"]
    assert names(table("sort=-name")) == ["Spiere-Helkijn", "Ronse", "Eupen"]
    assert names(table("sort=nis")) == ["Spiere-Helkijn", "Ronse", "Eupen"]
    assert names(table("sort=code_word")) == ["Eupen", "Ronse", "Spiere-Helkijn"]
    assert names(table("sort=kind")) == ["Eupen", "Ronse", "Spiere-Helkijn"]  # a column that does not sort


def test_a_click_on_a_head_turns_the_order() -> None:
    found = table("sort=name")
    assert found.next_sort(found.columns[0]) == "-name" and found.direction(found.columns[0]) == "ascending"
    assert found.next_sort(found.columns[1]) == "nis" and found.direction(found.columns[1]) == "none"


def test_it_finds_every_word_in_any_field() -> None:
    assert names(table("q=spiere")) == ["Spiere-Helkijn"]
    assert names(table("q=450")) == ["Ronse"]
    assert names(table("q=041")) == []  # the number is looked for from its beginning
    assert names(table("q=spiere+eupen")) == []


def test_it_filters_and_ignores_a_choice_that_does_not_exist() -> None:
    assert names(table("province=40000")) == ["Ronse"]
    assert names(table("province=99999")) == ["Eupen", "Ronse", "Spiere-Helkijn"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Eupen", "Ronse"]),
        ("page=2", ["Spiere-Helkijn"]),
        ("page=99", ["Spiere-Helkijn"]),
        ("page=x", ["Eupen", "Ronse"]),
    ],
)
def test_it_shows_the_nearest_page(query: str, shown: list[str]) -> None:
    assert names(table(query, per_page=2)) == shown


def test_csv_has_every_row_of_the_filters_not_just_the_page() -> None:
    answer = table("format=csv&sort=-name", per_page=1).answer("")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert list(csv.reader(io.StringIO(text)))[:2] == [
        ["Name", "NIS", "Kind"],
        ["Spiere-Helkijn", "34043", "Municipality"],
    ]
    assert len(text.splitlines()) == 4
    assert "attachment" in answer["Content-Disposition"]


def test_xlsx_opens_and_holds_text_as_text() -> None:
    Organisation.objects.filter(name="Ronse").update(name='=HYPERLINK("http://x")')
    answer = table("format=xlsx").answer("")
    assert isinstance(answer, FileResponse)
    sheet = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )  # type: ignore[arg-type]
    assert sheet[0] == ["Name", "NIS", "Kind"]
    assert ['=HYPERLINK("http://x")', "45041", "Municipality"] in sheet


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+31(0)"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ronse", "+44 7700 900123", "-5", "-5,25", "", "a=b"])
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    written = str(guarded(text))
    if written[:1] in ("=", "@", "\t", "\r"):
        pytest.fail(written)
    if written[:1] in ("+", "-"):
        assert all(letter.isdigit() or letter in " .,+-" for letter in written)


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (3, 3), (True, "yes"), (["a", "b"], "a, b"), (2.5, 2.5)])
def test_values_become_cells(value: object, cell: object) -> None:
    assert plain(value) == cell


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(2):  # how many, and the page
        names(table())
