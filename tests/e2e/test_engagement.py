"""An engagement with a stop: planned, signed, compared, tested, stopped by a tester, gone on with the owner's yes, found, mended, reported.

It is a demonstration: the towns are real, what happens to them here is invented.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdf
import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e

VECTOR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
STOPPED = "a counter in the town hall is down"


def test_an_engagement_with_a_stop(enter: Callable[..., Person], region: Installation) -> None:
    officer, second = enter("officer"), enter("coordinator")
    spoc, tester = enter("spoc-ronse"), enter("tester", phone=True)
    at = _planned(officer)
    _signed(officer, second, spoc, at)
    _asked(tester, officer, at)
    _stopped(tester, officer, spoc, at, region)
    _found(tester, spoc, officer, at, region)
    for person in (officer, spoc, tester):
        person.go(at)
        assert person.violations() == []


def _planned(officer: Person) -> str:
    """With Ronse's domain in its scope; before it is signed nothing can begin."""
    officer.go("/engagements/new/")
    today = str(officer.page.evaluate("new Date().toLocaleDateString('sv')"))
    officer.submit(
        "",
        organisation="45041",
        title="Portaal",
        starts_on=today,
        ends_on=today,
        stop_phone="+32 2 000 00 00",
        exercise=True,
    )
    at = officer.page.url.removeprefix(officer.house.url(""))
    assert re.fullmatch(r"/engagements/[0-9a-f-]{36}/", at), officer.text()
    form = officer.page.locator("form[action$='/scope/']")
    asset = form.locator("option", has_text="ronse.be").first.get_attribute("value")
    officer.submit("/scope/", asset=str(asset))
    assert not officer.page.locator("form[action$='/do/begin/']").count()
    return at


def _signed(officer: Person, second: Person, spoc: Person, at: str) -> None:
    """The SPOC brings the paper back; the officer compares it by the number that stands on it."""
    officer.submit("/do/papers/")
    paper = officer.page.locator("a[href*='/papers/']").first.get_attribute("href")
    content = officer.context.request.get(officer.house.url(str(paper))).body()
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages)
    control = re.search(r"(?:[0-9A-F]{4} ){3}[0-9A-F]{4}", text)
    assert control, text
    spoc.go(at)
    spoc.page.locator("details:has(form[action$='/bring/']) summary").click()
    spoc.page.locator("form[action$='/bring/'] input[name=file]").set_input_files(
        files=[{"name": "getekend.pdf", "mimeType": "application/pdf", "buffer": content}]
    )
    spoc.submit("/bring/", signed_by="Algemeen directeur")
    officer.go(at)
    officer.submit("/testers/", email="tester@paraat.example", name="Tester")
    officer.submit("/check/", control=control.group(), same=True)
    second.go(at)
    second.submit("/do/begin/")
    assert second.page.locator("form[action$='/do/report/']").count()


def _asked(tester: Person, officer: Person, at: str) -> None:
    """A tester sees what he tests and nothing else; each question has its answer."""
    tester.go("/engagements/")
    assert at in tester.links()
    with tester.expecting_errors():
        assert [tester.go(path) for path in ("/search/?q=ronse", "/organisations/", "/journal/", "/wall/")] == [403] * 4
    tester.go(at)
    tester.submit("/ask/", target="https://WWW.Ronse.be/zoeken", method="web")
    assert tester.page.locator(".message.success").count()
    tester.submit("/ask/", target="www.gent.be")
    assert tester.page.locator(".message.error").count()
    officer.go(f"{at}questions/")
    assert "www.gent.be" in officer.text()


def _stopped(tester: Person, officer: Person, spoc: Person, at: str, region: Installation) -> None:
    """Pages that are open say so by themselves, also while somebody fills in a form there; it goes on with the owner's yes."""
    officer.go(at)
    officer.press("details:has(form[action$='/do/report/']) summary")
    spoc.go(at)
    tester.go(at)
    tester.submit("/do/stop/", because=STOPPED, sure=True)
    for person in (officer, spoc, tester):
        person.see("section.urgent", text=STOPPED)
    told = region.sql("SELECT kind, contact_id IS NULL FROM alerts_delivery WHERE key LIKE 'engagement-stop:%'")
    assert {("mail", False), ("mail", True)} <= set(map(tuple, told)), told
    assert not officer.page.locator("form[action$='/do/resume/']").count()
    tester.submit("/ask/", target="www.ronse.be")
    assert tester.page.locator(".message.error").count()
    spoc.submit("/do/yes/")
    officer.go(at)
    officer.submit("/do/resume/", because="The counter works again")
    assert not officer.page.locator("section.urgent").count()
    tester.go(at)
    assert not tester.page.locator("section.urgent").count()


def _found(tester: Person, spoc: Person, officer: Person, at: str, region: Installation) -> None:
    """The owner reads it first, the team after it; mended, tested again, reported."""
    tester.go(f"{at}findings/new/")
    tester.submit(
        "",
        title="Open deur op het portaal",
        target="www.ronse.be",
        what="Wat",
        reproduction="Hoe",
        vector=VECTOR,
        pattern="306",
    )
    finding = tester.page.url.removeprefix(tester.house.url(""))
    tester.submit("/do/disclose/")
    officer.go(finding)
    assert "Open deur" not in officer.text()
    told = region.sql("SELECT subject || body FROM alerts_delivery WHERE key LIKE 'finding:%'")
    assert told and not any("Open deur" in words for (words,) in told)
    spoc.go("/portal/")
    assert finding in spoc.links()
    spoc.go(finding)
    spoc.submit("/do/fixed/", how="Dichtgedaan")
    officer.go(finding)
    assert "Open deur" in officer.text()
    tester.go(finding)
    tester.submit("/do/retest/", gone="yes")
    officer.go(at)
    officer.submit("/do/report/")
    answer = spoc.context.request.get(spoc.house.url(f"{at}report/json/")).json()
    assert [one["state"] for one in answer["findings"]] == ["retested"]
    assert spoc.context.request.get(spoc.house.url(f"{at}report/pdf/")).body()[:4] == b"%PDF"
