"""The population on screen: every figure opens to its list, files are the screen, and who may not see a name sees none."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest
import python_calamine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.platform import moment
from paraat.platform.jinja import moment as shown
from paraat.platform.tables import plain
from paraat.readiness import population, population_paper
from paraat.readiness.actions import standing
from paraat.readiness.actions.population import keep_figures
from paraat.readiness.models import PopulationSnapshot, Standing
from paraat.readiness.population_sheets import trend
from paraat.readiness.rules.population import Lacking, asks, percent, ranked, size_class
from paraat.registry.models import Organisation, Supply
from tests import cast
from tests.readiness.populated import count_all, many, small_region
from tests.web.pages import body, client_of, officer, page

pytestmark = pytest.mark.django_db
WHERE, LIST, LACKING = "/population/", "/population/constituents/", "/population/lacking/"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


# Reading a screen and a file ------------------------------------------------------------------------------------------------------
def cells(text: str, name: str = "") -> list[list[str]]:
    """The rows of a table on a page, as a person reads them."""
    found = re.search(rf'<table class="list[^"]*"[^>]*{f"sheet-{name}" if name else ""}.*?</table>', text, re.DOTALL)
    assert found, f"no table {name}"
    rows = re.findall(r"<tr>(.*?)</tr>", found.group(0), re.DOTALL)
    return [[_text(one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def _text(html: str) -> str:
    html = re.sub(r"<summary>.*?</summary>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def from_csv(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(answer).removeprefix("\ufeff"))))


def from_xlsx(answer: Any) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.get_sheet_by_index(0).to_python())


def same(screen: str, file: Any) -> bool:
    """Whether a cell of a file says what the screen says: the same words, the same number, the same day."""
    value = "" if file is None else file
    if isinstance(value, str):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return screen == shown(date.fromisoformat(value), "day")
        value = " ".join(value.split())
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            return screen == value.lstrip("'")
    return screen.replace(",", "") in {f"{float(value):g}", f"{float(value)}", f"{float(value):.0f}"}


def demand_same(screen: list[list[str]], file: list[list[Any]]) -> None:
    assert [len(row) for row in screen] == [len(row) for row in file]
    wrong = [
        (one, two)
        for row, other in zip(screen, file, strict=True)
        for one, two in zip(row, other, strict=True)
        if not same(one, two)
    ]
    assert not wrong


def links(text: str) -> list[tuple[int, str]]:
    """Every number on the page that opens a list, with its address."""
    found = re.findall(r'<td class="number"[^>]*><a href="([^"]+)">([\d,]+)</a>', text)
    found += re.findall(r'<a class="count [^"]*" href="([^"]+)"><b>([\d,]+)</b>', text)
    return [(int(number.replace(",", "")), unescape(href)) for href, number in found]


# Figures --------------------------------------------------------------------------------------------------------------------------
def test_every_figure_has_what_it_needs_to_be_understood() -> None:
    small_region()
    text = page(officer(), WHERE)
    rows = cells(text, "figures")[1:]
    assert {row[0]: (int(row[1]), int(row[2])) for row in rows[:3]} == {
        "Assessed": (2, 6), "Not assessed": (4, 6), "Assessed: checklist": (2, 6),
    }  # fmt: skip
    for row in rows:
        assert all((row[0], row[1], row[2], row[5], row[6])), row
    assert "6 constituents" in text
    said = {row[0]: row[1] for row in rows}
    assert (said["Has its own equivalent"], said["Not involved at all"]) == (
        "1",
        "2",
    )  # Wemmel and Spiere-Helkijn; not Eupen
    assert said["Has a measure that is overdue"] == "1"


@pytest.mark.parametrize("by", ["province", "size", "kind", "supplier", "programme"])
def test_every_figure_opens_to_a_list_of_as_many(by: str) -> None:
    small_region()
    me = officer()
    opened = [
        one for address in (f"{WHERE}?by={by}", f"{WHERE}?by={by}&province=20001") for one in links(page(me, address))
    ]
    assert len(opened) > 40
    for number, address in dict.fromkeys(one for one in opened if by == "province" or f"{by}=" in one[1]):
        listed = page(me, address)
        assert f'<span class="total">{number}</span>' in listed, (number, address)
        assert len(cells(listed)) - 1 == number if number else "Nothing matches" in listed
        chosen = parse_qs(urlsplit(address).query)
        assert all(f'value="{value}" selected' in listed for values in chosen.values() for value in values), address


def test_groups_by_supplier_count_who_has_two_contracts_once() -> None:
    small_region()
    Supply.objects.create(supplier=cast.provider(), customer=cast.ronse(), what="Backups")
    rows = cells(page(officer(), f"{WHERE}?by=supplier"), "groups")
    assert [row[:3] for row in rows[1:]] == [["Streek-ICT (fictitious)", "2", "1"]]


def test_a_figure_counts_what_changed_a_moment_ago() -> None:
    small_region()
    Organisation.objects.filter(pk=cast.wemmel().pk).update(constituent=False)
    standing.touch([cast.wemmel().pk])
    assert "5 constituents" in page(officer(), WHERE)


def test_lists_are_by_name_and_rank_nobody() -> None:
    small_region()
    names = [row[0] for row in cells(page(officer(), LIST))[1:]]
    assert names == sorted(names)


def test_what_helps_most_weighs_and_leaves_apart_who_was_not_assessed() -> None:
    small_region()
    rows = {row[0]: row[1:] for row in cells(page(officer(), LACKING), "lacking")[1:]}
    assert next(iter(rows)) == "C02"
    assert rows["C02"] == ["Control 2", "5", "2", "10", "100", "0", "0", "4"]
    assert rows["C01"] == ["Control 1", "1", "1", "1", "50", "1", "0", "4"]
    assert rows["C03"] == ["Control 3", "1", "0", "0", "0", "1", "1", "4"]  # one could not tell
    text = page(officer(), LACKING)
    assert "weight of the control × constituents that lack it" in text
    assert "judgement of ours" in text
    listed = page(officer(), f"{LIST}?lacks=C02")
    assert [row[0] for row in cells(listed)[1:]] == ["Ixelles", "Ronse"]
    narrowed = cells(page(officer(), f"{LACKING}?size=20000"), "lacking")
    assert narrowed[1][:5] == ["C02", "Control 2", "5", "1", "5"]


def test_levels_are_cumulative() -> None:
    ranking = ranked([Lacking("A", 1, 3, 0, 5, 0), Lacking("B", 3, 1, 0, 5, 0), Lacking("C", 1, 3, 1, 5, 0)])
    assert [one.identifier for one in ranking] == ["A", "C", "B"]
    assert [size_class(one) for one in (None, 0, 9_999, 10_000, 99_999, 100_000)] == [
        "",
        "0",
        "0",
        "10000",
        "50000",
        "100000",
    ]
    assert percent(1, 0) is None
    assert asks(["basic", "important"], "basic", "important") is False
    assert asks(["basic", "important"], "", "important")


def test_the_trend_keeps_each_day_once() -> None:
    small_region()
    assert keep_figures() is not None
    assert keep_figures() is None
    kept = PopulationSnapshot.objects.get()
    assert kept.figures["figures"]["not-involved"] == [2, 6]
    assert cells(page(officer(), WHERE), "trend")[1][:3] == [shown(moment.today(), "day"), "6", "2"]


def test_the_trend_shows_the_last_day_of_each_month() -> None:
    days = [date(2026, 8, 30), date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 31), date(2026, 10, 2)]
    figures: dict[str, Any] = {"total": 1, "figures": {}, "averages": {}}
    PopulationSnapshot.objects.bulk_create(PopulationSnapshot(on=day, figures=figures) for day in days)
    assert [row.on for row in trend(date(2026, 11, 22)).rows] == [days[1], days[2], days[3]]
    assert [row.on for row in trend(date(2027, 10, 15)).rows] == [days[3]]  # thirteen months


# Files ----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["figures", "groups", "trend", "lacking"])
def test_files_are_the_screen_cell_by_cell(what: str) -> None:
    small_region()
    keep_figures()
    me = officer()
    screen = cells(page(me, f"{WHERE}?by=size"), what)
    demand_same(screen, from_csv(me.get(f"{WHERE}?by=size&what={what}&format=csv")))
    demand_same(screen, from_xlsx(me.get(f"{WHERE}?by=size&what={what}&format=xlsx")))


@pytest.mark.parametrize("address", [LIST, f"{LIST}?figure=assessed&sort=-name", LACKING])
def test_files_of_lists_are_the_screen_cell_by_cell(address: str) -> None:
    small_region()
    me, more = officer(), "&" if "?" in address else "?"
    screen = cells(page(me, address))
    demand_same(screen, from_csv(me.get(f"{address}{more}format=csv")))
    demand_same(screen, from_xlsx(me.get(f"{address}{more}format=xlsx")))


def test_paper_holds_every_cell_of_the_screen() -> None:
    small_region()
    keep_figures()
    me = officer()
    text = page(me, WHERE)
    for address, tables in ((WHERE, ("figures", "groups", "trend", "lacking")), (LIST, ("",)), (LACKING, ("lacking",))):
        answer = me.get(f"{address}?format=pdf")
        assert answer["Content-Type"] == "application/pdf"
        reader = pypdf.PdfReader(io.BytesIO(body_bytes(answer)))
        printed = _letters("".join(one.extract_text() for one in reader.pages))
        text = page(me, address)
        missing = [one for name in tables for row in cells(text, name) for one in row if _letters(one) not in printed]
        assert not missing
        assert "TLP:AMBER+STRICT" in printed.replace(" ", "")


def body_bytes(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _letters(text: str) -> str:
    """Without what a line break changes: spaces and hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


def test_a_long_list_on_paper_comes_in_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    monkeypatch.setattr(population_paper, "WHOLE", 5)
    monkeypatch.setattr(population_paper, "VOLUME", 4)
    many(9)
    answer = officer().get(f"{LIST}?format=pdf")
    with zipfile.ZipFile(io.BytesIO(body_bytes(answer))) as packed:
        texts = [
            "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(packed.read(name))).pages)
            for name in packed.namelist()
        ]
    assert [len(set(re.findall(r"Gemeente\s(\d{3})", text))) for text in texts] == [4, 4, 1]
    assert "Part 3 of 3" in texts[2]


# Who ------------------------------------------------------------------------------------------------------------------------------
def others() -> dict[str, Client]:
    return {
        "another town": client_of(cast.spoc_user(cast.spiere_helkijn())),
        "provider": client_of(cast.provider_user()),
        "tester": client_of(cast.tester()),
        "assessor": client_of(cast.assessor()),
    }  # fmt: skip


def test_who_answers_for_one_or_was_given_one_sees_no_population() -> None:
    small_region()
    for name, client in others().items():
        for address in (WHERE, LIST, LACKING, f"{WHERE}?format=csv", f"{LIST}?format=xlsx", f"{LIST}?format=pdf"):
            assert client.get(address).status_code in {403, 404}, (name, address)


def test_partners_and_observers_see_the_region_and_no_name() -> None:
    towns = small_region()
    for user in (cast.partner_user(), cast.observer()):
        me = client_of(user)
        text = page(me, f"{WHERE}?province=20001&by=supplier")
        assert cells(text, "figures")[1][:3] == ["Assessed", "2", "6"]  # not narrowed
        assert LIST not in text
        assert "sheet-groups" not in text
        assert not any(town.name in text for town in towns)
        assert "open finding" not in _text(text).lower()
        for what in ("groups", "lacking", "constituents"):
            assert from_csv(me.get(f"{WHERE}?what={what}&format=csv"))[0][0] == "Figure"
        assert me.get(LIST).status_code == 403
        assert me.get(LACKING).status_code == 403


def test_open_findings_are_for_the_team() -> None:
    small_region()
    assert "Open findings" in page(officer(), LIST)
    auditor = client_of(cast.auditor())
    assert "open finding" not in _text(page(auditor, LIST)).lower()
    assert "open finding" not in _text(page(auditor, WHERE)).lower()
    assert "figure=findings-open" not in page(auditor, WHERE)
    assert len(cells(page(auditor, f"{LIST}?figure=findings-open"))) == 7  # an unknown choice counts as none


# What it costs --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("address", "most"), [(WHERE, 16), (f"{WHERE}?by=supplier", 17), (LIST, 10), (LACKING, 13)])
def test_a_page_asks_the_same_of_the_database_however_many_there_are(address: str, most: int) -> None:
    small_region()
    me = officer()

    def queries() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as asked:
            page(me, address)
        assert not [one["sql"] for one in asked if 'FROM "readiness_answer"' in one["sql"]]  # no page looks at answers
        return len(asked)

    queries()
    few = queries()
    many(60)
    assert queries() == few
    assert few <= most


def test_sums_of_groups_are_the_sum() -> None:
    small_region()
    many(30, size=4_000)
    count_all()
    today = moment.today()
    everybody = population.sums(population.everybody(), population.FIGURES.values(), today)
    for group in ("province", "size", "kind"):
        parts = population.by_group(population.everybody(), group, today)
        for key in population.GROUPED:
            assert sum(part.figures[key].count for part in parts) == everybody.figures[key].count
    assert everybody.total == Standing.objects.filter(current=True).count()
    assert plain(everybody.figures["assessed"].share) == 5.6
