"""A town loses everything and has its minimal services back: asked for by its SPOC, called back, started in real containers, handed over, ended.

It is a demonstration: the town is real, what happens to it here is invented.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.e2e.house import demonstration
from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = [pytest.mark.e2e, pytest.mark.containers]

PASSWORD = "brug kaars molen veertien"  # chosen by somebody who exists in this test only
SUBJECT = "Crisis cell at two o'clock, room 3"
CLEAR = "from paraat.cloud.drivers.podman import Driver; from tests.cloud.trial import clear; clear(Driver())"


@pytest.fixture(scope="module")
def engine() -> Iterator[Installation]:
    """A demonstration whose emergency cloud is podman on this host, with an entrance on ports of its own."""
    ports = dict(zip(("HTTPS", "IMAPS", "SUBMISSIONS"), _free(3), strict=True))
    settings = {f"PARAAT_CLOUD_{name}_PORT": str(port) for name, port in ports.items()}
    with demonstration(PARAAT_CLOUD_DRIVER="podman", **settings) as made:
        yield made
        made.down()  # else what is cleared would be brought back
        made.python(CLEAR)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that finds the team's own domain on this host, as it would by DNS."""
    with sync_playwright() as playwright:
        names = "--host-resolver-rules=MAP *.nood.example 127.0.0.1"
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", names])
        yield started
        started.close()


def _free(count: int) -> list[int]:
    """Ports that nobody listens on."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def test_a_town_has_its_services_back(engine: Installation, browser: Browser) -> None:
    spoc = Person(browser, engine, phone=True, language="en")
    officer = Person(browser, engine, phone=False, language="en")
    with closing(spoc), closing(officer):
        spoc.enter("spoc-ronse")
        officer.enter("officer")
        _asked(spoc)
        tenant = _started(officer)
        _followed(spoc)
        code = _handed_over(officer, tenant)
        _worked_with(browser, engine, code)
        _backed_up(officer, tenant)
        _ended(officer, tenant, engine)
        assert not [*spoc.complaints, *officer.complaints]


def _asked(spoc: Person) -> None:
    """By the town's SPOC, on a telephone."""
    spoc.go("/cloud/mine/")
    spoc.see("summary", text="Ask for the emergency cloud").click()
    for box in spoc.page.locator("main form input[name='services']").all():
        box.set_checked(box.get_attribute("value") in {"web", "mail", "webmail"})
    spoc.page.locator("main form button[type=submit]", has_text="Yes, ask for it").click()
    spoc.see("main", text="Requested")


def _started(officer: Person) -> str:
    """Called back, approved, started and verified; returns the tenant's address."""
    officer.go("/cloud/tenants/")
    officer.page.locator("main tbody a").first.click()
    officer.see("h1", text="Ronse")
    tenant = officer.page.url
    officer.submit("/decide/call_back/", contact=_first_contact(officer))
    officer.submit("/decide/approve/")
    officer.submit("/decide/start/")
    officer.see("main", text="a message sent with a login was read over IMAP", seconds=120)
    officer.see(".state", text="Verified", seconds=60)
    return tenant


def _first_contact(officer: Person) -> str:
    """Somebody on file who is not the one that asked."""
    value = officer.page.locator("form[action$='/decide/call_back/'] input[name='contact']").first.get_attribute(
        "value"
    )
    assert value
    return value


def _followed(spoc: Person) -> None:
    """The town reads where its services are, and no code."""
    spoc.go("/cloud/mine/")
    spoc.see("main", text="https://webmail.ronse.nood.example")
    assert "It is never sent" in spoc.text()


def _handed_over(officer: Person, tenant: str) -> tuple[str, str]:
    """The sealed sheet, on paper: a login and its code."""
    officer.go(tenant)
    officer.see("summary", text="Issue a sheet").click()
    form = officer.page.locator("form[action$='/sheet/']")
    form.locator("[name='sure']").check()
    with officer.page.expect_download() as sheet:
        form.locator("button[type=submit]").click()
    text = "\n".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(Path(sheet.value.path()).read_bytes())).pages
    )
    codes = re.findall(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\b", text)
    assert "crisis" in text
    assert len(codes) == len(set(codes)) > 0
    return "crisis", codes[_page_of(text, "crisis")]


def _page_of(text: str, login: str) -> int:
    """Which of the codes belongs to a login: the accounts' pages stand in the order of the list on the first one."""
    logins = re.findall(r"^([a-z]+)@", text, re.MULTILINE) or re.findall(r"\b([a-z]+)@ronse", text)
    return list(dict.fromkeys(logins)).index(login) if logins else 0


def _worked_with(browser: Browser, engine: Installation, given: tuple[str, str]) -> None:
    """A member of staff chooses a password with the code, and only then reads and writes mail."""
    login, code = given
    port = engine.environment["PARAAT_CLOUD_HTTPS_PORT"]
    context = browser.new_context(ignore_https_errors=True, locale="en")  # the authority is the installation's own
    context.set_default_timeout(20_000)
    page = context.new_page()
    _open(page, f"https://account.ronse.nood.example:{port}/", "[name='login']")
    _webmail(page, port, login, code)
    assert page.locator("#rcmloginuser").is_visible(), "a one-time code opens the page of accounts and nothing else"
    _code_given(page, port, login, code)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    _webmail(page, port, login, PASSWORD)
    page.wait_for_url(re.compile("_task=mail"))
    _open(page, f"https://webmail.ronse.nood.example:{port}/?_task=mail&_action=compose", "#compose-subject")
    page.fill("#_to, [name='_to']", f"{login}@ronse.nood.example")
    page.fill("#compose-subject", SUBJECT)
    page.fill("#composebody", "Bring the call list.")
    page.locator("a.send, button.send").first.click()
    page.wait_for_url(re.compile("_task=mail(?!.*compose)"))
    for _attempt in range(120):  # on a busy host the mail service takes its time, or tries a delivery again
        page.goto(f"https://webmail.ronse.nood.example:{port}/?_task=mail")
        if page.locator("#messagelist", has_text=SUBJECT).count():
            break
        page.wait_for_timeout(250)
    assert SUBJECT in page.locator("#messagelist").inner_text()
    context.close()


def _code_given(page: Page, port: str, login: str, code: str) -> None:
    """Give the code. The accounts may start anew at this moment, because a sheet was issued: the entrance says so, and one tries again."""
    for _attempt in range(6):
        _open(page, f"https://account.ronse.nood.example:{port}/", "[name='login']")
        page.fill("[name='login']", login)
        page.fill("[name='secret']", code)
        try:
            page.locator("main form button").first.click()
            page.wait_for_load_state()
        except Error as error:
            _only_the_network(error)
        if page.locator("#password").count():
            return
        assert page.locator("main", has_text="It is safe to try again").count() or "chrome-error" in page.url, (
            page.content()
        )
    raise AssertionError("the accounts never came to rest")


def _webmail(page: Page, port: str, login: str, password: str) -> None:
    for _attempt in range(6):
        _open(page, f"https://webmail.ronse.nood.example:{port}/", "#rcmloginuser")
        page.fill("#rcmloginuser", f"{login}@ronse.nood.example")
        page.fill("#rcmloginpwd", password)
        try:
            with page.expect_navigation():
                page.locator("#rcmloginsubmit").click()
        except Error as error:
            _only_the_network(error)
        else:
            return
    raise AssertionError("the host's network never came to rest")


def _open(page: Page, url: str, selector: str) -> None:
    """Open a page of the tenant. Accounts start anew after a sheet; and this browser runs on the host whose bridges then come and go, and gives
    up what it loads when they do.
    """
    for _attempt in range(60):
        try:
            page.goto(url)
            if page.locator(selector).count():
                return
        except Error as error:
            _only_the_network(error)
        page.wait_for_timeout(500)
    raise AssertionError(f"{url} never showed {selector}: {page.content()[:2000]}")


def _only_the_network(error: Error) -> None:
    if not any(word in str(error) for word in ("ERR_NETWORK_CHANGED", "chrome-error://")):
        raise error


def _backed_up(officer: Person, tenant: str) -> None:
    officer.go(f"{tenant}data/")
    officer.submit("/data/back-up/")
    officer.go(f"{tenant}data/")
    for _attempt in range(120):
        if officer.page.locator("#backups .state", has_text="Done").count():
            return
        officer.page.wait_for_timeout(500)
        officer.go(f"{tenant}data/")
    raise AssertionError(officer.text())


def _ended(officer: Person, tenant: str, engine: Installation) -> None:
    """Destroyed only after its name was typed, and called so only when nothing was found."""
    officer.go(tenant)
    officer.submit("/decide/destroy/", typed="ronse", because="The town's own systems are back")
    gone = "SELECT proof FROM cloud_tenant WHERE state = 'destroyed'"
    proof = engine.wait(lambda: engine.sql(gone), seconds=120, what="the proof that it is gone")
    assert proof[0][0]
    officer.go(tenant)
    officer.see(".state", text="Destroyed")
    left = "from paraat.cloud import drivers; print(drivers.named('podman').leftovers('ronse'))"
    assert engine.python(left).strip() == "()"
