"""The first five minutes, walked by a newcomer in a real browser with the clock at sixty times the speed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e


def test_the_five_minutes(enter: Callable[..., Person], region: Installation) -> None:
    officer = enter("officer", language="en-GB")
    page = officer.page
    if page.locator(".heading button", has_text="Start over").count():  # another test left something
        officer.press(".heading button", text="Start over")
        officer.see(".dropzone button")
    assert page.url.endswith("/first-minutes/") and "Quiet" in officer.text()
    page.locator("[data-sheet]").drag_to(page.locator(".dropzone .way"))
    officer.see(".bubbles li", seconds=30)
    assert "EXERCISE" in page.locator(".stripe.exercise").first.inner_text()
    assert page.locator(".tiles.big .tile").count() == 9

    officer.press(".bubbles .button", text="Open the link")
    officer.see("#phone h1")
    page.locator("#phone form button").first.click()
    officer.see(".tile.known", text="Ronse")

    before = set(region.processes("worker-urgent"))
    officer.press("#plug button", text="Pull the plug")
    officer.see(".account", text="kill -9", seconds=60)
    assert not before & set(region.processes("worker-urgent"))
    officer.see(".verdict", text="None lost", seconds=90)
    told = [int(one.inner_text()) for one in page.locator("#plug .count b").all()]
    organisations, first, after, waiting, nobody, lost = told
    assert 0 < first < organisations and after > 0 and (waiting, lost) == (0, 0)
    assert first + after + nobody == organisations

    officer.see(".rungs .call", text="On the call list", seconds=180)
    who = [one.inner_text() for one in page.locator(".rungs li b").all()]
    assert who == ["SPOC, Spiere-Helkijn", "Deputy, Spiere-Helkijn", "ICT on-call, Spiere-Helkijn", "On the call list"]
    assert page.locator(".walk [aria-current]").count() == 0
    assert region.sql("SELECT count(*) FROM alerts_delivery WHERE state NOT IN ('house', 'cancelled', 'queued')") == [
        (0,)
    ]

    officer.press(".heading button", text="Start over")
    officer.see(".dropzone button", text="Drop the list")
    assert page.locator(".bubbles").count() == 0 and page.locator("#plug .counts").count() == 0
    officer.press("a", text="Drop your own spreadsheet")
    officer.see("input[type=file]")


def test_nothing_of_it_exists_outside_a_demonstration(region: Installation) -> None:
    """The doors without a password answer 404 when the mode is another."""
    program = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(SERVER_NAME='localhost')\n"
        "print([client.get(path).status_code for path in ('/welcome/', '/first-minutes/')],"
        " client.post('/welcome/enter/', {'who': 'officer'}).status_code)"
    )
    other = Installation(region.home, region.port, region.environment | {"PARAAT_MODE": "test"})
    assert other.python(program).strip() in {"[404, 404] 404", "[404, 302] 404"}
