"""A whole demonstration with all its processes, and real browsers in front of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.person import Person
from tests.installation import ROOT, Installation
from tests.installation import installation as new_installation


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
    with new_installation() as made:
        command = [sys.executable, "-m", "paraat.cli.main", "run"]
        process = subprocess.Popen(
            command, env=made.environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            made.wait(lambda: _is_up(made), seconds=90, what="the first page")
            yield made
        finally:
            made.down()
            process.wait(60)


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


def _is_up(made: Installation) -> bool:
    import urllib.request

    with urllib.request.urlopen(made.url("/welcome/"), timeout=2) as answer:
        return bool(answer.status == 200)
