"""The accounts site over real HTTP in this process, with a browser that keeps cookies."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from argon2 import PasswordHasher

from paraat.cloud.catalog.accounts.app.book import Book, Place
from paraat.cloud.catalog.accounts.app.limits import Limits
from paraat.cloud.catalog.accounts.app.notes import Notes
from paraat.cloud.catalog.accounts.app.site import Site

CODES = {"crisis": "K7QM-2XWP-9RTD", "burgemeester": "F4HN-8VCB-3LSJ"}
PASSWORD = "paard fiets lamp zee"
VERIFIER = "a-verifier-of-the-tests"


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@dataclass
class Town:
    """A tenant's accounts and how to change what Paraat says of them."""

    place: Place
    book: Book
    clock: Clock
    port: int = 0
    generations: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CODES, 1))
    codes: dict[str, str] = field(default_factory=lambda: dict(CODES))

    def tell(self) -> None:
        """Write the Secret as Kubernetes or podman would: a new file in its place."""
        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        accounts = [
            {
                "login": login,
                "name": login.title(),
                "language": "nl",
                "one_time_hash": cheap.hash(code),
                "generation": self.generations[login],
            }
            for login, code in self.codes.items()
        ]
        known = {"domain": "nood.ronse.example", "names": {"nl": "Ronse"}, "languages": ["nl", "fr"], "code_hours": 72}
        hosts = {"webmail": "https://webmail.nood.ronse.example"}
        fresh = self.place.conf / "new"
        fresh.write_text(json.dumps(known | {"hosts": hosts, "accounts": accounts}))
        fresh.rename(self.place.conf / "accounts.json")

    def reissue(self, login: str, code: str) -> None:
        """A new code for somebody."""
        self.generations[login] += 1
        self.codes[login] = code
        self.tell()
        self.book.settle()

    def shared(self, name: str) -> str:
        """A file that the other services read."""
        return (self.place.shared / name).read_text()


class Browser:
    """Keeps cookies, sends forms with the token of the page they stand on."""

    def __init__(self, port: int, **headers: str) -> None:
        self.port = port
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.set_cookies: list[str] = []

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Code and page; where it leads instead of a page when it leads somewhere."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = self.headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=urlencode(form) if form is not None else None, headers=sent)
        answer = connection.getresponse()
        self.said = dict(answer.getheaders())
        self.set_cookies = answer.headers.get_all("Set-Cookie", [])
        for line in self.set_cookies:
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Location", "") or body

    def get(self, path: str) -> tuple[int, str]:
        """A page."""
        return self.ask("GET", path)

    def submit(self, page: str, path: str, **form: str) -> tuple[int, str]:
        """A form of `page`."""
        token = re.search(r'name="token" value="([0-9a-f]+)"', self.get(page)[1])
        return self.ask("POST", path, {**form, "token": token.group(1) if token else ""})

    def sign_in(self, login: str, secret: str) -> tuple[int, str]:
        """By the front page."""
        return self.submit("/", "/in", login=login, secret=secret)

    def choose(self, login: str, code: str, password: str = PASSWORD) -> tuple[int, str]:
        """From code to password."""
        assert self.sign_in(login, code) == (303, "/choose")
        return self.submit("/choose", "/choose", password=password, again=password)


@contextmanager
def serving(folder: Path) -> Iterator[Town]:
    """The site with two accounts."""
    place, clock = Place(folder / "conf", folder / "state", folder / "shared"), Clock()
    for one in (place.conf, place.state, place.shared):
        one.mkdir()
    (place.conf / "verifier").write_text(VERIFIER)
    (place.conf / "key").write_text("a-key-of-the-tests-a-key-of-the-tests")
    town = Town(place, Book(place, clock), clock)
    town.tell()
    town.book.settle()
    site = Site(town.book, Notes(place.state / "notes", clock), Limits(clock))
    with make_server("127.0.0.1", 0, site, server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        town.port = server.server_port
        try:
            yield town
        finally:
            server.shutdown()
            thread.join()
