"""A measure in real browsers: planned by a SPOC, proven, said to be done, verified by another person, and told to the council."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.person import Person

pytestmark = pytest.mark.e2e


def test_from_planned_to_verified_by_another_person_with_a_proof(enter: Callable[..., Person], tmp_path: Path) -> None:
    proof = tmp_path / "settings.txt"
    proof.write_text("A second factor is asked of everybody")
    spoc, officer = enter("spoc-ronse", language="en"), enter("officer", language="en")

    spoc.go("/measures/")
    spoc.press("a.button", text="Plan a measure")
    assert spoc.violations() == []
    spoc.submit(
        "", title="A second factor for remote access", due_on="2027-03-31", owner_name="ICT service", topic="signing_in"
    )
    page = re.sub(r"[?#].*", "", spoc.page.url)
    path = page.removeprefix(spoc.house.url("")).rstrip("/")
    path = path if path.startswith("/") else f"/{path}"
    spoc.see("#history", text="planned")

    spoc.page.locator("#proofs input[type=file]").set_input_files(proof)
    spoc.submit("/evidence/")
    spoc.see("#proofs", text="1. settings.txt")
    with spoc.page.expect_download() as taken:
        spoc.page.locator("#proofs a").first.click()
    assert Path(taken.value.path()).read_text() == proof.read_text()

    spoc.submit("/done/", because="Switched on for everybody")
    spoc.see("#now", text="another person verifies it")
    assert spoc.page.locator("form[action$='/verify/']").count() == 0, "not by who said that it is done"
    assert spoc.violations() == []

    officer.go(f"{path}/")
    assert officer.violations() == []
    officer.submit("/verify/")
    officer.see("#history", text="verified")

    spoc.go(f"{path}/")
    assert "Verified" in spoc.text()
    spoc.go("/measures/board/")
    spoc.see("section.panel", text="A second factor for remote access")
    assert spoc.violations() == []


def test_the_report_for_a_council_reads_on_a_telephone_and_on_paper(enter: Callable[..., Person]) -> None:
    spoc = enter("spoc-ronse", phone=True, language="nl-BE")
    spoc.go("/measures/")
    spoc.press("a.button[href*='/measures/council/']")
    spoc.see("article[lang='nl']")
    assert spoc.violations() == []
    assert spoc.page.evaluate("document.documentElement.scrollWidth") <= 390
    said = spoc.page.locator("article").inner_text()
    assert "Tweede factor" not in said and not re.search(r"M20\d\d-\d{4}", said), "no titles, no numbers"
    with spoc.page.expect_download() as taken:
        spoc.page.locator("form[action$='/pdf/'] button").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    spoc.page.locator("a[hreflang='fr']").click()
    spoc.see("article[lang='fr']")
