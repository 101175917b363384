"""A co-funded audit in real browsers: opened, called up with a second person's approval, signed up for by a SPOC, carried out, paid, counted; and
what the auditor found becomes a measure that he verifies.

It is a demonstration: the town is real, what is found there is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e
KEY = "audit-played"
YEAR = datetime.now(UTC).year
VECTOR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N"
LEFT = 30
"""Constituents that do not take part yet; more than 25, so that a second person must approve."""


def _history(region: Installation, folder: Path) -> int:
    """Everybody but thirty signed up long ago, as a file says; Ronse did not. How many are in the file."""
    rows = region.sql(
        "SELECT nis FROM registry_organisation WHERE kind = 'municipality' AND region = '02000' AND active_until IS NULL AND NOT exercise"
        " AND active_from IS DISTINCT FROM '2025-01-01' ORDER BY nis = '45041' DESC, nis"
    )
    merged = region.sql(
        "SELECT nis FROM registry_organisation WHERE kind = 'municipality' AND region = '02000' AND active_from = '2025-01-01'"
    )
    lines = [f"{nis},{KEY},signed-up,2022-03-01" for (nis,) in rows[LEFT:]]
    lines += [f"{nis},{KEY},signed-up,2025-03-01" for (nis,) in merged]
    file = folder / "history.csv"
    file.write_text("\n".join(["nis,programme,step,date", *lines]) + "\n")
    region.run("programme", "import", file, "--json")
    assert '"changed": false' in region.run("programme", "import", file, "--json").stdout
    return len(lines)


def test_an_audit_from_call_up_to_paid_and_its_measure_to_verified(
    enter: Callable[..., Person], region: Installation, tmp_path: Path
) -> None:
    coordinator, officer = enter("coordinator", language="en"), enter("officer", language="en")
    spoc, assessor = enter("spoc-ronse", phone=True, language="en"), enter("assessor", language="en")
    _opened(coordinator)
    taken = _history(region, tmp_path)
    page = _called_up(officer, coordinator, taken)
    _signed_up(spoc)
    place = _ordered(officer, page)
    found = _carried_out(coordinator, assessor, spoc)
    _climbed_to_paid(officer, place, tmp_path)
    _read_by_the_town(spoc, place)
    _counted(officer, region)
    _mended_and_verified(spoc, assessor, officer, found, tmp_path)


def _opened(coordinator: Person) -> None:
    """With its rules and a budget for the year."""
    coordinator.go("/programmes/")
    coordinator.press("a.button", text="Open a programme")
    assert coordinator.violations() == []
    coordinator.submit(
        "", key=KEY, share="2/3", cap="4000", again="1/2", title_en="Played audit", title_nl="Gespeelde audit"
    )
    coordinator.see("#money", text="2/3 of the price is paid, up to 4,000 euro.")
    coordinator.submit("/budget/", year=str(YEAR), amount="5000")
    coordinator.see("#money", text="5,000 euro left")


def _called_up(officer: Person, coordinator: Person, taken: int) -> str:
    """Those who are not in it yet, with the approval of a second person; the address of the call-up."""
    officer.go(f"/programmes/of/{KEY}/")
    officer.see("#ladder a.count", text=str(taken))
    officer.press("#call-ups a.button")
    assert officer.violations() == []
    officer.submit(
        "",
        title_nl="Doet u mee?",
        text_nl="Laat ons weten wat u doet.",
        title_fr="",
        text_fr="",
        title_de="",
        text_de="",
    )
    officer.see("main", text="waits for a second person")
    page = re.sub(r"[?#].*", "", officer.page.url)
    coordinator.go(page)
    coordinator.press("main a[href^='/announcements/']")
    coordinator.submit("/approve/")
    officer.go(page)
    officer.submit("/send/")
    officer.see("a.count", text=str(LEFT))
    assert officer.violations() == []
    return page


def _signed_up(spoc: Person) -> None:
    """On a telephone."""
    spoc.go("/programmes/ours/")
    spoc.see("section.asks h2", text="Played audit")
    assert spoc.violations() == []
    spoc.submit(f"/{KEY}/answer/sign-up/")
    spoc.see("p.message", text="Signed up.")


def _ordered(officer: Person, page: str) -> str:
    """At a price of which two thirds are committed; the address of the participation."""
    officer.go(f"{page}?answer=going")
    officer.press("table a", text="Ronse")
    today = officer.page.locator("#step_on").input_value()
    officer.submit("/step/", name="ordered", on=today)
    officer.submit("/money/commit/", price="5400")
    officer.see("#money", text="5400.00 × 2/3 = 3600.00")
    return re.sub(r"[?#].*", "", officer.page.url)


def _carried_out(coordinator: Person, assessor: Person, spoc: Person) -> str:
    """By an external auditor, who sees this audit and nothing else; whoever is audited reads nothing of it before it is submitted. The address
    of what was found."""
    coordinator.go("/assessments/new/")
    form = coordinator.page.locator("main form.form")
    edition, auditor = (
        str(form.locator(f"[name={name}] option", has_text=words).first.get_attribute("value"))
        for name, words in (("edition", "Most important points"), ("auditor", "External auditor"))
    )
    coordinator.submit("", kind="external", organisation="Ronse (Municipality)", edition=edition, auditor=auditor)
    audit = re.sub(r"[?#].*", "", coordinator.page.url)
    assert not audit.endswith("/new/"), coordinator.text()

    assessor.go("/assessments/")
    rows = assessor.page.locator("main tbody tr").all_inner_texts()
    assert rows and all("External audit" in one for one in rows)
    with assessor.expecting_errors():
        assert [assessor.go(path) for path in ("/programmes/", "/organisations/", "/population/")] == [403] * 3
    assessor.go(audit)
    assessor.press("#parts a", text="Protect")
    card = "section.question:has-text('B01')"
    assessor.page.locator(f"{card} .pill", has_text="Not in place").click()
    assessor.see(f"{card} .saved", text="External auditor")
    assessor.page.locator(f"{card} textarea").fill("Three accounts enter with a password alone")
    assessor.press(f"{card} button", text="Save")
    assert assessor.violations() == []
    assessor.press(f"{card} a", text="Who answered what")
    answer = assessor.page.url.rstrip("/").split("/")[-1]
    assessor.see(".quote", text="Three accounts enter")

    spoc.go(audit)
    spoc.see("#parts", text="once the auditor has submitted it")
    with spoc.expecting_errors():
        assert spoc.go(f"/measures/new/?answer={answer}") == 404

    assessor.submit("/finding/")
    finding = re.sub(r"[?#].*", "", assessor.page.url)
    assessor.go(f"{finding}edit/")
    assessor.submit("", target="vpn.ronse.be", reproduction="Sign in without the second factor", vector=VECTOR)
    assessor.submit("/do/disclose/")
    assessor.go(audit)
    assessor.submit("/submit/")
    assessor.see("#result", text="Does not meet")
    assert assessor.violations() == []
    return finding


def _climbed_to_paid(officer: Person, place: str, tmp_path: Path) -> None:
    """Each rung with its paper where it wants one, and the amount that was committed."""
    officer.go(place)
    today = officer.page.locator("#step_on").input_value()
    for step, name in [("carried-out", ""), ("report", "report.pdf"), ("invoiced", "invoice.pdf")]:
        if name:
            (tmp_path / name).write_bytes(b"%PDF-1.7 played")
            officer.page.locator("#papers details summary").click()
            officer.page.locator("#papers input[type=file]").set_input_files(tmp_path / name)
            officer.submit("/papers/", kind=step)
            officer.see("#papers", text=name)
        officer.submit("/step/", name=step, on=today)
    officer.submit("/money/pay/", amount="3600", on=today)
    officer.see("#money", text="3,600 euro")
    assert officer.violations() == []
    officer.see("main", text="Completed")


def _read_by_the_town(spoc: Person, place: str) -> None:
    """The same ladder and papers; the money is not its business to change."""
    spoc.go(place)
    spoc.see("#ladder tr", text="Paid")
    with spoc.page.expect_download() as saved:
        spoc.page.locator("#papers a", has_text="report.pdf").click()
    assert Path(saved.value.path()).read_bytes() == b"%PDF-1.7 played"
    assert spoc.page.locator("#money form").count() == 0, "money is the team's"


def _counted(officer: Person, region: Installation) -> None:
    """On screen, in its list and on the command line."""
    officer.go("/programmes/figures/")
    assert officer.violations() == []
    row = officer.page.locator(f"#{KEY} tbody tr", has_text="Paid").first
    row.locator("td a").first.click()
    officer.see("table td", text="Ronse")
    found = region.run("programme", "figures", "--json").stdout
    assert re.search(rf'"programme": "{KEY}", "step": "paid", "count": 1, "at_least": 1', found)


def _mended_and_verified(spoc: Person, assessor: Person, officer: Person, finding: str, tmp_path: Path) -> None:
    """The town plans it from the finding, proves it and says that it is done; its auditor looks, and he alone says that he saw it."""
    (tmp_path / "settings.txt").write_text("A second factor is asked of everybody")
    spoc.go(finding)
    spoc.press("a[href*='/measures/new/']")
    assert spoc.page.locator("[name=title]").input_value().startswith("B01 ")
    spoc.submit("", due_on=f"{YEAR + 1}-03-31", owner_name="ICT service")
    measure = re.sub(r"[?#].*", "", spoc.page.url)
    spoc.see("#what", text="Signing in safely")
    spoc.see("#sources a", text="B01")
    spoc.page.locator("#proofs input[type=file]").set_input_files(tmp_path / "settings.txt")
    spoc.submit("/evidence/")
    spoc.submit("/done/", because="Switched on for everybody")
    assert spoc.page.locator("form[action$='/verify/']").count() == 0, "not by who said that it is done"
    assert spoc.violations() == []

    assessor.go("/measures/")
    assert assessor.page.locator("main tbody tr").count() == 1
    assessor.press("main tbody a")
    with assessor.page.expect_download() as saved:
        assessor.page.locator("#proofs a").first.click()
    assert Path(saved.value.path()).read_text() == "A second factor is asked of everybody"
    assessor.submit("/verify/", because="Seen in the settings")
    assert assessor.violations() == []
    for person in (spoc, officer):
        person.go(measure)
        person.see("#history", text="External auditor · verified: Seen in the settings")
