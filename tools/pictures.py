"""The pictures of the documentation, taken from the running program: a demonstration of its own is started, walked through and thrown away.

Each shows an exercise and says so. Usage: tools/pictures.py [FOLDER], by default docs/pictures.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from playwright.sync_api import sync_playwright
from tests.cloud.trial import free_port
from tests.e2e.house import demonstration
from tests.e2e.person import Person

LANGUAGE = "en-GB"


def main() -> None:
    """Take them all; about two minutes, since the ladder is climbed for them."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    ports = {f"PARAAT_CLOUD_{name}_PORT": str(free_port()) for name in ("HTTPS", "IMAPS", "SUBMISSIONS")}
    with demonstration(PARAAT_CLOUD_DRIVER="podman", **ports) as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        officer = Person(browser, made, phone=False, language=LANGUAGE)
        phone = Person(browser, made, phone=True, language=LANGUAGE)
        language = {"name": f"paraat_language_{made.port}", "value": LANGUAGE[:2], "url": made.url("/")}
        phone.context.add_cookies([language])
        _take(officer, phone, folder)
        case = _respond(officer, folder)
        _learn(officer, folder)
        _recover(officer, case, folder)
        made.down()
        made.python(
            "from paraat.cloud.drivers.podman import Driver; from tests.cloud.trial import clear; clear(Driver())"
        )


def _take(officer: Person, phone: Person, folder: Path) -> None:
    officer.enter("officer")
    officer.page.set_viewport_size({"width": 1440, "height": 1100})
    officer.press(".dropzone button")
    officer.see(".bubbles .button", seconds=30)
    link = officer.page.get_attribute(".bubbles .button", "href") or ""
    phone.go(link)
    _shot(phone, folder / "notice.png")
    officer.press(".bubbles .button")
    officer.see("#phone h1")
    officer.page.locator("#phone form button").first.click()
    officer.see(".tile.known", text="Ronse")
    officer.see(".rungs .call", seconds=180)
    officer.page.wait_for_timeout(7000)  # what changed is marked for some seconds
    officer.page.evaluate("scrollTo(0, 0)")
    _shot(officer, folder / "first-minutes.png")
    officer.go("/")
    officer.page.wait_for_timeout(1000)
    _shot(officer, folder / "board.png")
    officer.page.set_viewport_size({"width": 1600, "height": 900})
    officer.go("/wall/")
    officer.page.wait_for_timeout(1000)
    _shot(officer, folder / "wall.png")


def _respond(officer: Person, folder: Path) -> str:
    """A case and a war room, both of an exercise; returns the case's address."""
    officer.page.set_viewport_size({"width": 1440, "height": 1300})
    officer.go("/cases/new/")
    officer.submit("", organisation="Ronse", title="Files are locked, a note is on the screens", classification="malicious-code.infected-system",
        severity="4", confidence="medium", exercise=True)  # fmt: skip
    case = officer.page.url
    for name, workaround in (("Counters", "On paper, by appointment"), ("Mail", "A mailbox elsewhere")):
        officer.go(case)
        officer.submit("/services/", name=name, status="down", workaround=workaround)
    officer.go(case)
    officer.page.wait_for_timeout(1000)
    _shot(officer, folder / "case.png")
    officer.go("/rooms/open/")
    officer.submit("", title="Local elections", kind="election", purpose="One picture for everybody", exercise=True)
    steer = officer.page.url
    officer.submit("/triggers/add/", condition="A counting system fails", then="Call the governor", minutes="15")
    officer.go(steer)
    officer.submit("/threat/", level="2", because="Lists of targets are published")
    room = steer.removesuffix("steer/")
    for lane, text in (
        ("cyber", "Three sites are slow"),
        ("cyber", "A new list is announced"),
        ("public_order", "A quiet morning"),
    ):
        officer.go(f"{room}signals/report/{lane}/")
        officer.submit("", text=text, reliability="B", credibility="2")
    officer.go(f"{room}decisions/record/")
    officer.submit(
        "",
        text="Every town is asked to look at its site twice a day",
        because="Lists name new sites daily",
        present="Team",
    )
    officer.go(room)
    officer.page.wait_for_timeout(7000)
    _shot(officer, folder / "room.png")
    return case


def _learn(officer: Person, folder: Path) -> None:
    """All constituents on one page."""
    officer.page.set_viewport_size({"width": 1440, "height": 1250})
    officer.go("/population/")
    officer.page.wait_for_timeout(1000)
    _shot(officer, folder / "population.png")


def _recover(officer: Person, case: str, folder: Path) -> None:
    """The victim's services, started in real containers and tried by real clients; the images must have been built (`paraat cloud build`)."""
    officer.page.set_viewport_size({"width": 1440, "height": 1250})
    officer.go(f"/cloud/request/?case={case.rstrip('/').rsplit('/', 1)[-1]}")
    officer.page.locator("[name='consent']").fill("Exercise: the head of administration, by telephone")
    officer.page.locator("button[name='now']").click()
    officer.see("main", text="read over IMAP", seconds=120)
    officer.see(".state", text="Verified", seconds=120)
    officer.page.wait_for_timeout(2000)
    officer.page.evaluate("scrollTo(0, 0)")
    _shot(officer, folder / "recover.png")


def _shot(person: Person, path: Path) -> None:
    """A picture of what is in the window; it must say that it is an exercise."""
    stripe = person.page.locator(".stripe.exercise").first
    if not re.search("EXERCISE|OEFENING", stripe.inner_text()):
        raise SystemExit(f"{person.page.url} does not say that it is an exercise")
    person.page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    main()
