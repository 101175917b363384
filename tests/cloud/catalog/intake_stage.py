"""The citizen intake as its tests see it: the real program over real HTTP, in this process, at a moment that tests choose."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar
from pathlib import Path

import bcrypt
import uvicorn

from paraat.cloud.access import Access
from paraat.cloud.catalog.intake import hooks
from paraat.cloud.catalog.intake.app import office as offices
from paraat.cloud.catalog.intake.app import tenant as tenants
from paraat.cloud.catalog.intake.app.hours import ZONE
from paraat.cloud.catalog.intake.app.site import SERVED, application
from paraat.cloud.workload import Account, Prepared

MONDAY = datetime(2026, 11, 23, 10, 2, tzinfo=ZONE)
VERIFIER = "a-secret-of-the-verifier"
KEY = "the-tenant-s-own-key-0123456789"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
QUESTION = {"question": "Waar haal ik vuilzakken?", "name": "Verzoeker Een", "phone": "0470 00 00 01"}
BIRTH = {
    "child_name": "Kind Een",
    "born_on": "2026-11-20",
    "born_at": "Ziekenhuis",
    "parents": "Ouder Een en Ouder Twee",
    "married": "married",
    "name": "Ouder Een",
    "phone": "0470 00 00 02",
}
SOCIAL = {"about": "food", "urgent": "today", "name": "Verzoeker Twee", "phone": "0470 00 00 03"}
PASSWORDS = {"population": "paarse-olifant-1", "social": "groene-giraf-2"}
PREPARED = Prepared(
    tenant="ronse",
    domain="nood.ronse.example",
    names={"nl": "Stad Ronse", "fr": "Ville de Renaix"},
    languages=("nl", "fr", "de", "en"),
    phone="055 00 00 00",
    accounts=tuple(Account(login, login, "nl") for login in ("population", "social", "permits")),
    secrets={"SECRET_VERIFIER": VERIFIER, "SECRET_INTAKE_KEY": KEY},
)


@dataclass
class Stage:
    """A running intake."""

    office: offices.Office
    port: int
    clock: list[datetime]
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access(PREPARED, Near(self.port))

    def browser(self, **headers: str) -> Browser:
        """Somebody's browser, with no cookies yet."""
        return Browser(self.port, {name.replace("_", "-"): value for name, value in headers.items()})

    def clerk(self, login: str = "population") -> Browser:
        """The browser of somebody who is signed in."""
        browser = self.browser()
        browser.get("/clerk/login")
        page = browser.post("/clerk/login", {"login": login, "password": PASSWORDS[login]})
        assert page.path == "/clerk", page.text
        return browser

    def filed(
        self, form: str = "question", answers: Mapping[str, str] = QUESTION, visit: str = "ticket", **papers: bytes
    ) -> Filed:
        """A citizen who filled in and sent."""
        browser = self.browser()
        browser.get(f"/form/{form}")
        page = browser.post(
            f"/form/{form}", answers, papers=[(f"paper_{key}", "scan.pdf", body) for key, body in papers.items()]
        )
        assert page.path == "/moment", page.text
        page = browser.post("/moment", {"visit": visit})
        assert page.path == "/mine", page.text
        reference, code = re.findall(r'<dd class="large">([^<]+)</dd>', page.text)[:2]
        return Filed(browser, reference, code)


@dataclass
class Near:
    """The service on this host, without an engine."""

    port: int

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def run(
        self, tenant: str, service: str, command: Sequence[str], *, stdin: bytes = b"", container: str = ""
    ) -> bytes:
        raise AssertionError("nothing is run in the service")


@dataclass
class Filed:
    """What a citizen holds after filing."""

    browser: Browser
    reference: str
    code: str


@dataclass
class Page:
    """An answer."""

    status: int
    path: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Browser:
    """Keeps cookies, brings forms' tokens back, follows redirects."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.port, self.headers, self.token = port, dict(headers), ""
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, **headers: str) -> Page:
        return self._sent(path, None, headers)

    def post(
        self, path: str, fields: Mapping[str, str], *, papers: Sequence[tuple[str, str, bytes]] = (), **headers: str
    ) -> Page:
        kept = {"csrf": self.token} | dict(fields)
        if not papers:
            return self._sent(path, urllib.parse.urlencode(kept).encode(), headers)
        border = "xXborderXx"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in kept.items()
        ]
        for key, name, content in papers:
            head = f'--{border}\r\nContent-Disposition: form-data; name="{key}"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{border}--\r\n".encode()
        return self._sent(path, body, headers | {"Content-Type": f"multipart/form-data; boundary={border}"})

    def _sent(self, path: str, body: bytes | None, headers: Mapping[str, str]) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=self.headers | named)
        try:
            answer = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            page = Page(
                answer.status, urllib.parse.urlsplit(answer.url).path, answer.read(), dict(answer.headers.items())
            )
        if found := re.search(r'name="csrf" value="([^"]+)"', page.text):
            self.token = found.group(1)
        return page


def office(folder: Path, clock: list[datetime], prepared: Prepared = PREPARED) -> offices.Office:
    """An intake whose data are below `folder`."""
    accounts = folder / "accounts"
    accounts.mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    lines = (
        f"{login}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()}\n" for login, word in PASSWORDS.items()
    )
    (accounts / "htpasswd").write_text("".join(lines))
    settings = json.loads(hooks.values(prepared)["INTAKE_SETTINGS"])
    made = tenants.made(settings, data=folder / "data", accounts=accounts / "htpasswd", key=KEY, verifier=VERIFIER)
    return offices.opened(made, lambda: clock[0])


@contextmanager
def running(folder: Path, prepared: Prepared = PREPARED) -> Iterator[Stage]:
    """The intake behind a real server on a port of its own."""
    clock = [MONDAY]
    found = office(folder, clock, prepared)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(found), **SERVED)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Stage(found, listening.getsockname()[1], clock)
        finally:
            server.should_exit = True
            thread.join(10)
