"""A CyFun self-assessment in real browsers: answered by two people at once, into the official workbook, changed offline, and back.

The workbook is built here in the layout that docs/learn/frameworks.md assumes; none of the official words is in it. It is written, opened and
saved with openpyxl, another library than the house uses, as a town would with a program of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from paraat.readiness.frameworks.shipped import shipped
from paraat.readiness.rules.cyfun_workbook import SHEETS
from tests.e2e.person import Person
from tests.installation import Installation
from tests.readiness.rules.scoring.reference import slowly

pytestmark = pytest.mark.e2e
CONTROLS = {one["identifier"]: one for one in shipped("cyfun-2025").controls if one["level"] == "basic"}
MFA, BACKUPS, ASSETS, LEFT_OUT = "PR.AA-03.2", "PR.DS-11.1", "ID.AM-01.1", "GV.OC-03.1"
HEADS = [
    "Category",
    "",
    "",
    "Subcategory",
    "Requirement",
    "Documentation score",
    "Implementation  Score",
    "Sub doc",
    "Sub impl",
]
HEADS += ["Comments and/or additional information", "Assessor comments"]
DOCUMENTATION, IMPLEMENTATION, COMMENTS = 6, 7, 10
"""Columns of the Basic tool, counted from 1."""

SECOND_PERSON = """
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from paraat.accounts import actions
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role
from paraat.web.first_minutes.people import town
user = actions.add_person(email="deputy-ronse@paraat.example", name="Deputy, Ronse", language="en", by=SYSTEM)
actions.give_role(user=user, role=Role.SPOC, organisation=town("45041"), by=SYSTEM)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "paraat.accounts.backends.RightsBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(settings.SESSION_COOKIE_NAME, session.session_key)
"""


def test_a_self_assessment_is_answered_by_two_and_goes_there_and_back(
    enter: Callable[..., Person], region: Installation, tmp_path: Path
) -> None:
    spoc, deputy = enter("spoc-ronse", language="en"), enter(phone=True, language="en")
    name, key = region.python(SECOND_PERSON).split()
    deputy.context.add_cookies([{"name": name, "value": key, "url": region.url()}])
    at = _opened(spoc)
    _answered_by_keyboard(spoc, region, at)
    _answered_by_two(spoc, deputy, region, at)
    _not_lost_without_a_connection(deputy, region, at)
    filled = _given_back(spoc, region, at, tmp_path)
    said = _changed_offline(filled)
    _refused_rows_are_named(spoc, region, at, filled)
    _taken_in(spoc, region, at, filled, said)
    _scored_as_published(spoc, at, said)


# Answering ------------------------------------------------------------------------------------------------------------------------
def _opened(spoc: Person) -> str:
    """For Basic: 34 controls."""
    spoc.go("/assessments/")
    spoc.press("a.button", text="Begin an assessment")
    assert spoc.violations() == []
    form = spoc.page.locator("main form.form")
    chosen = form.locator("option", has_text=re.compile("CyberFundamentals.*Basic")).first.get_attribute("value")
    spoc.submit("", edition=str(chosen))
    spoc.see("#parts", text="of 34 answered")
    assert spoc.violations() == []
    return spoc.page.url.removeprefix(spoc.house.url("")).strip("/").split("/")[-1]


def _part(person: Person, at: str, category: str) -> None:
    person.go(f"/assessments/{at}/part/{category}/")
    person.see("h1", text=category)


def _card(person: Person, identifier: str) -> str:
    """The selector of a question on the page."""
    card = person.page.locator("section.question", has=person.page.locator(f"h2 .mono:text-is('{identifier}')"))
    return f"#{card.get_attribute('id')}"


def _kept(region: Installation, at: str, identifier: str) -> tuple[Any, ...]:
    """Status, documentation, implementation and explanation as they are in the database."""
    found = region.sql(
        "SELECT a.status, a.documentation, a.implementation, a.explanation FROM readiness_answer a"
        " JOIN readiness_control c ON c.id = a.control_id WHERE a.assessment_id = %s AND c.identifier = %s",
        [at, identifier],
    )
    return found[0]


def _answered_by_keyboard(spoc: Person, region: Installation, at: str) -> None:
    """No mouse and no button: a key chooses, Tab goes on, and what was said is kept."""
    spoc.go(f"/assessments/{at}/")
    spoc.press("#parts a", text="PR.DS")
    spoc.see("h1", text="PR.DS Data")
    card = _card(spoc, BACKUPS)
    spoc.tab_to(f"{card} .pills input")
    spoc.page.keyboard.press("2")
    spoc.see(f"{card} .saved", text="SPOC, Ronse")
    assert spoc.page.locator(f"{card} .pills input:checked").get_attribute("value") == "partly"
    for name, figure in (("documentation", "3"), ("implementation", "2")):
        spoc.tab_to(f"{card} select[name={name}]", most=2)
        spoc.page.keyboard.press(figure)
    spoc.tab_to(f"{card} textarea", most=2)
    spoc.page.keyboard.type("Tested by restoring, once a year")
    region.wait(
        lambda: _kept(region, at, BACKUPS) == ("partly", 3, 2, "Tested by restoring, once a year"), what="saving"
    )
    spoc.see("#progress", text="1 of 34 answered")
    assert spoc.violations() == []


def _answered_by_two(spoc: Person, deputy: Person, region: Installation, at: str) -> None:
    """Other questions do not meet; on the same one who comes second sees both, and nothing of either is lost."""
    for person in (spoc, deputy):
        _part(person, at, "PR.AA")
    assert deputy.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert deputy.violations() == []
    other, mfa = _card(spoc, "PR.AA-01.1"), _card(spoc, MFA)
    deputy.page.locator(f"{other} .pill", has_text="In place").first.click()
    deputy.see(f"{other} .saved", text="Deputy, Ronse")

    spoc.page.locator(f"{mfa} textarea").fill("Everybody since May")
    spoc.see(f"{mfa} .saved", text="SPOC, Ronse")
    deputy.page.locator(f"{mfa} textarea").fill("Not yet for the library")
    deputy.see(f"{mfa} .message.warning", text="Everybody since May")
    assert deputy.page.locator(f"{mfa} textarea").input_value() == "Not yet for the library"
    assert _kept(region, at, MFA)[3] == "Everybody since May"
    assert deputy.violations() == []
    deputy.page.locator(f"{mfa} textarea").fill("Everybody since May; not yet for the library")
    deputy.press(f"{mfa} button", text="Save mine over theirs")
    deputy.see(f"{mfa} .saved", text="Deputy, Ronse")
    assert _kept(region, at, MFA)[3] == "Everybody since May; not yet for the library"
    deputy.press(f"{mfa} a", text="Who answered what")
    deputy.see("ol.timeline", text="Everybody since May")
    assert _kept(region, at, "PR.AA-01.1")[0] == "met"


def _not_lost_without_a_connection(deputy: Person, region: Installation, at: str) -> None:
    """What cannot be sent is said so, and sent when it can."""
    _part(deputy, at, "ID.AM")
    card = _card(deputy, ASSETS)
    with deputy.expecting_errors():
        deputy.context.set_offline(True)
        deputy.page.locator(f"{card} select[name=documentation]").select_option("4")
        deputy.see(f"{card} .saved.lost", text="no connection")
        deputy.context.set_offline(False)
        region.wait(lambda: _kept(region, at, ASSETS)[1] == 4, what="saving what could not be sent")
        deputy.see(f"{card} .saved:not(.lost)", text="Deputy, Ronse")


# The workbook ---------------------------------------------------------------------------------------------------------------------
def _workbook(path: Path) -> None:
    """As the Basic tool is laid out: six sheets with the heading in row 2, formulas over the scores, a chart, protection, a list to choose from."""
    book = openpyxl.Workbook()
    book.active.title = "Introduction"
    for name in SHEETS:
        sheet = book.create_sheet(name)
        sheet["F1"] = "BASIC"
        for column, head in enumerate(HEADS, start=1):
            sheet.cell(2, column, head or None)
        rows = [one for one in CONTROLS.values() if one["function"] == name]
        for row, one in enumerate(rows, start=3):
            sheet.cell(row, 1, f"Words of the test ({one['category']})")
            sheet.cell(row, 3, "Key Measure" if one["key_measure"] else None)
            sheet.cell(row, 4, f"{one['subcategory']}: words of the test")
            sheet.cell(row, 5, f"{one['identifier']}: what the test asks for")
            sheet.cell(row, 8, f"=AVERAGE(F{row})")
            for column in (DOCUMENTATION, IMPLEMENTATION, COMMENTS):
                sheet.cell(row, column).protection = Protection(locked=False)
                sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFF2CC")
        chosen = DataValidation(type="list", formula1='"N/A,1,2,3,4,5"')
        chosen.add(f"F3:G{len(rows) + 2}")
        sheet.add_data_validation(chosen)
        sheet.protection.enable()
    summary = book.create_sheet("BASIC Summary")
    summary["H3"] = "=AVERAGE(GOVERN!F3:G6)"
    chart = BarChart()
    chart.add_data(Reference(book["GOVERN"], min_col=6, min_row=3, max_row=6))
    summary.add_chart(chart, "L3")
    book.save(path)


def _rows(book: openpyxl.Workbook) -> dict[str, tuple[Any, int]]:
    """Sheet and row of every control."""
    found = {}
    for name in SHEETS:
        for row in range(3, book[name].max_row + 1):
            found[str(book[name].cell(row, 5).value).partition(":")[0]] = (book[name], row)
    return found


def _given_back(spoc: Person, region: Installation, at: str, tmp_path: Path) -> Path:
    """The user's own workbook comes back with the answers in it, everything else as it was."""
    empty, filled = tmp_path / "self-assessment.xlsx", tmp_path / "filled.xlsx"
    _workbook(empty)
    spoc.go(f"/assessments/{at}/")
    spoc.press("a.button", text="Official workbook")
    assert spoc.violations() == []
    spoc.page.locator("#fill input[type=file]").set_input_files(empty)
    with spoc.page.expect_download() as taken:
        spoc.press("#fill button[type=submit]")
    assert taken.value.suggested_filename.startswith("S20")
    filled.write_bytes(Path(taken.value.path()).read_bytes())

    before, after = openpyxl.load_workbook(empty), openpyxl.load_workbook(filled)
    changed = {
        (sheet.title, cell.coordinate)
        for sheet in before
        for row in sheet.iter_rows()
        for cell in row
        if cell.value != after[sheet.title][cell.coordinate].value
    }
    place = {name: (sheet.title, row) for name, (sheet, row) in _rows(after).items()}
    wanted = {BACKUPS: "FGJ", MFA: "J", ASSETS: "F"}
    assert changed == {
        (place[name][0], f"{one}{place[name][1]}") for name, letters in wanted.items() for one in letters
    }
    sheet, row = _rows(after)[BACKUPS]
    assert [sheet.cell(row, one).value for one in (DOCUMENTATION, IMPLEMENTATION)] == [3, 2]
    assert sheet.cell(row, COMMENTS).value == "Tested by restoring, once a year"
    assert after["BASIC Summary"]._charts, "the chart is still there"  # it has no other name
    return filled


def _changed_offline(filled: Path) -> dict[str, tuple[Any, Any]]:
    """Everything is answered with a program of one's own, and saved by it. What was said."""
    book = openpyxl.load_workbook(filled)
    said: dict[str, tuple[Any, Any]] = {}
    for place, (identifier, (sheet, row)) in enumerate(_rows(book).items()):
        said[identifier] = ("N/A", "N/A") if identifier == LEFT_OUT else (place % 3 + 3, place % 4 + 2)
        sheet.cell(row, DOCUMENTATION, said[identifier][0])
        sheet.cell(row, IMPLEMENTATION, said[identifier][1])
    sheet, row = _rows(book)[MFA]
    sheet.cell(row, COMMENTS, "Everybody, the library too")
    book.save(filled)
    return said


def _refused_rows_are_named(spoc: Person, region: Installation, at: str, filled: Path) -> None:
    """A figure that is none and a row without a control are put aside, each by sheet, row and column; nothing was saved by looking."""
    book = openpyxl.load_workbook(filled)
    sheet, row = _rows(book)[MFA]
    sheet.cell(row, IMPLEMENTATION, 7)
    stray, below = book["RECOVER"], book["RECOVER"].max_row + 1
    stray.cell(below, 5, "RC.XX: no control at all")
    bad = filled.with_name("bad.xlsx")
    book.save(bad)
    spoc.page.locator("#read input[type=file]").set_input_files(bad)
    spoc.submit(f"/assessments/{at}/workbook/")
    lines = spoc.page.locator("#faults tbody tr")
    told = [lines.nth(one).locator("td").all_inner_texts() for one in range(lines.count())]
    assert [one[:4] for one in told] == [
        ["PROTECT", str(row), "Implementation score", "7"],
        ["RECOVER", str(below), "Requirement", "RC.XX: no control at all"],
    ]
    assert spoc.violations() == []
    assert _kept(region, at, MFA)[1:3] == (None, None)


def _taken_in(spoc: Person, region: Installation, at: str, filled: Path, said: Mapping[str, tuple[Any, Any]]) -> None:
    """First what would change, field by field; the same file again saves it."""
    spoc.go(f"/assessments/{at}/workbook/")
    form = f"/assessments/{at}/workbook/"
    spoc.page.locator("#read input[type=file]").set_input_files(filled)
    spoc.submit(form)
    spoc.see("#taken .count", text="answers that differ")
    rows = spoc.page.locator("#taken tbody tr")
    assert rows.filter(has_text="Everybody, the library too").filter(has_text="not yet for the library").count() == 1
    spoc.see("#read", text="Nothing was saved yet")
    assert _kept(region, at, MFA)[1:3] == (None, None)
    spoc.page.locator("#read input[type=file]").set_input_files(filled)
    spoc.submit(form)
    spoc.see("#parts", text="34 of 34 answered")
    assert _kept(region, at, MFA)[1:] == (*said[MFA], "Everybody, the library too")
    assert _kept(region, at, LEFT_OUT)[0] == "not_applicable"
    assert _kept(region, at, "PR.AA-01.1")[0] == "met", "a status is no score, and stays"


def _scored_as_published(spoc: Person, at: str, said: Mapping[str, tuple[Any, Any]]) -> None:
    """The total is that of the published rules, computed apart and slowly."""
    spoc.go(f"/assessments/{at}/")
    spoc.submit("/submit/")
    asked = [SimpleNamespace(**one) for one in CONTROLS.values()]
    given = {
        name: SimpleNamespace(status="not_applicable", documentation=None, implementation=None)
        if pair[0] == "N/A"
        else SimpleNamespace(status="open", documentation=pair[0], implementation=pair[1])
        for name, pair in said.items()
    }
    rules = slowly(asked, given, "basic")
    hundredths = (rules["total"] * 200 + 1) // 2  # two decimals, half upwards
    assert spoc.see("#result .score").inner_text().split()[0] == f"{hundredths // 100}.{hundredths % 100:02d}"
    verdict = "Meets what its framework asks" if rules["met"] else "Does not meet what its framework asks"
    spoc.see("#result", text=verdict)
    assert spoc.violations() == []
