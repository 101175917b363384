"""Somebody in front of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.installation import Installation

_WIDE, _PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}


class Person:
    """One browser with its own cookies; it notes every error that it sees in `complaints`."""

    def __init__(self, browser: Browser, house: Installation, *, phone: bool, language: str) -> None:
        self.house = house
        self.complaints: list[str] = []
        self._deaf = False
        self.context = browser.new_context(
            viewport=_PHONE if phone else _WIDE, locale=language, timezone_id="Europe/Brussels"
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not self._deaf:
            self.complaints.append(f"{self.page.url}: {text}")

    @contextmanager
    def expecting_errors(self) -> Iterator[None]:
        """For what a test breaks on purpose."""
        self._deaf = True
        yield
        self._deaf = False

    def enter(self, who: str) -> None:
        """Choose a door of the demonstration."""
        self.go("/welcome/")
        door = self.page.locator(f"form:has(input[value='{who}']) button").first
        if not door.is_visible():
            self.page.locator("details.others summary").click()
        door.click()
        self.page.wait_for_load_state()

    def go(self, path: str) -> int:
        """Go to an address of the house; the status of the answer."""
        answer = self.page.goto(path if path.startswith("http") else self.house.url(path))
        return answer.status if answer else 200

    def see(self, selector: str, *, text: str = "", seconds: float = 20) -> Locator:
        """Wait for something on the page (never `wait_for_function`, which the policy forbids)."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        found.first.wait_for(timeout=seconds * 1000)
        return found.first

    def press(self, selector: str, *, text: str = "") -> None:
        """Click the first of these."""
        self.see(selector, text=text).click()

    def submit(self, action: str, **fields: str | bool) -> None:
        """Fill in the form that goes to an address with this end (or, empty, the page's only one) and send it, opening what it is folded in."""
        where = f"form[action$='{action}']" if action else "main form.form"
        form = self.page.locator(where).filter(has=self.page.locator("button[type=submit]")).first
        form.wait_for(state="attached")
        form.evaluate(
            "one => { for (let at = one; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true; }"
        )
        for name, value in fields.items():
            self._fill(form.locator(f"[name='{name}']"), value)
        form.locator("button[type=submit]").first.click()
        self.page.wait_for_load_state()

    @staticmethod
    def _fill(field: Locator, value: str | bool) -> None:
        kind = field.first.evaluate("one => one.tagName + ':' + one.type")
        if kind.startswith("SELECT"):
            field.select_option(str(value))
        elif kind == "INPUT:radio":
            field.and_(field.page.locator(f"[value='{value}']")).check()
        elif isinstance(value, bool):
            field.set_checked(value)
        else:
            field.fill(value)

    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    def tab_to(self, selector: str, *, most: int = 120) -> None:
        """Go to a control by the keyboard alone; it must be reached, and be seen to have the focus."""
        for _step in range(most):
            self.page.keyboard.press("Tab")
            here: Any = self.page.evaluate("s => document.activeElement.matches(s)", selector)
            if here:
                outline = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"{selector} has the focus and does not show it"
                return
        raise AssertionError(f"{selector} is not reached with {most} tabs on {self.page.url}")

    def links(self) -> list[str]:
        """The addresses of the house that this page leads to."""
        found: list[str] = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        return [one.split("#")[0] for one in found if re.match(r"/(?!static|api)", one)]

    def violations(self) -> list[str]:
        """What axe finds wrong with the page, one line each with the element."""
        found = Axe().run(self.page, options=_RULES).response["violations"]
        return [f"{self.page.url} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]

    def close(self) -> None:
        """Close the browser."""
        self.context.close()
