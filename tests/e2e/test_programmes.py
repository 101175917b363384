"""A co-funded audit in real browsers: opened, called up with a second person's approval, signed up for by a SPOC, climbed, paid, counted."""

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


def test_an_audit_from_call_up_to_paid(enter: Callable[..., Person], region: Installation, tmp_path: Path) -> None:
    coordinator, officer = enter("coordinator", language="en"), enter("officer", language="en")
    spoc = enter("spoc-ronse", phone=True, language="en")

    coordinator.go("/programmes/")
    coordinator.press("a.button", text="Open a programme")
    assert coordinator.violations() == []
    coordinator.submit(
        "", key=KEY, share="2/3", cap="4000", again="1/2", title_en="Played audit", title_nl="Gespeelde audit"
    )
    coordinator.see("#money", text="2/3 of the price is paid, up to 4,000 euro.")
    coordinator.submit("/budget/", year=str(YEAR), amount="5000")
    coordinator.see("#money", text="5,000 euro left")
    taken = _history(region, tmp_path)

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

    spoc.go("/programmes/ours/")
    spoc.see("section.asks h2", text="Played audit")
    assert spoc.violations() == []
    spoc.submit(f"/{KEY}/answer/sign-up/")
    spoc.see("p.message", text="Signed up.")

    officer.go(f"{page}?answer=going")
    officer.press("table a", text="Ronse")
    place = re.sub(r"[?#].*", "", officer.page.url)
    today = officer.page.locator("#step_on").input_value()
    officer.submit("/step/", name="ordered", on=today)
    officer.submit("/money/commit/", price="5400")
    officer.see("#money", text="5400.00 × 2/3 = 3600.00")
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

    spoc.go(place)
    spoc.see("#ladder tr", text="Paid")
    with spoc.page.expect_download() as saved:
        spoc.page.locator("#papers a", has_text="report.pdf").click()
    assert Path(saved.value.path()).read_bytes() == b"%PDF-1.7 played"
    assert spoc.page.locator("#money form").count() == 0, "money is the team's"

    officer.go("/programmes/figures/")
    assert officer.violations() == []
    row = officer.page.locator(f"#{KEY} tbody tr", has_text="Paid").first
    row.locator("td a").first.click()
    officer.see("table td", text="Ronse")
    found = region.run("programme", "figures", "--json").stdout
    assert re.search(rf'"programme": "{KEY}", "step": "paid", "count": 1, "at_least": 1', found)
