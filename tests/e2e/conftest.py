"""A whole demonstration with all its processes, and real browsers in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.house import demonstration
from tests.e2e.person import Person
from tests.installation import Installation


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, for the whole run."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def region() -> Iterator[Installation]:
    """The demonstration region as `make run` starts it: starting it costs more than most tests, so all share one."""
    with demonstration() as made:
        yield made


@pytest.fixture
def enter(browser: Browser, region: Installation) -> Iterator[Callable[..., Person]]:
    """Open a browser as somebody: `enter("officer")`, `enter("spoc-ronse", phone=True, language="fr")`, `enter()` for who is not signed in.

    Afterwards no browser may have seen an error: of a script, of the Content-Security-Policy, or of a page that could not be had.
    """
    people: list[Person] = []

    def open_browser(who: str = "", *, phone: bool = False, language: str = "nl-BE") -> Person:
        person = Person(browser, region, phone=phone, language=language)
        people.append(person)
        if who:
            person.enter(who)
        return person

    yield open_browser
    complaints = [complaint for person in people for complaint in person.complaints]
    for person in people:
        person.close()
    assert not complaints, "\n".join(complaints)
