"""A citizen and a clerk, played over HTTP: the intake is healthy when both can do what they came for, and nobody else can."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from types import MappingProxyType
from typing import Any, Final

from paraat.cloud.access import VERIFIER, Access, NotVerified

_PAPER: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_LARGE = re.compile(r'<dd class="large">([^<]+)</dd>')
_WAIT = 10.0
_NOTHING: Mapping[str, str] = MappingProxyType({})


def verify(access: Access) -> list[str]:
    """What was proven; NotVerified says what does not work. Nothing of it stays."""
    _await(access)
    citizen, clerk = Browser(access, test=True), Browser(access)
    try:
        reference, code = _file(citizen)
        _looked_up(Browser(access), reference, code)
        proven = [f"a citizen filed a form with a paper and got reference {reference} and a code"]
        _refused(access, reference)
        proven.append("anonymous and with a wrong code: refused")
        proven += _counter(clerk, reference)
    finally:
        citizen.post("/verification/remove", {})
    gone, _ = clerk.get(f"/clerk/request/{reference}")
    _demand(gone == 404, "the verification's own request could not be removed")
    return [*proven, "the verification's own request is removed"]


class Browser:
    """One person's browser: keeps cookies, brings forms' tokens back."""

    def __init__(self, access: Access, *, test: bool = False) -> None:
        self._access = access
        self._headers = {"Intake-Verification": access.password} if test else {}
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._token = ""

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._sent(self._request(path))

    def raw(self, path: str) -> bytes:
        """The content of a file."""
        found: HTTPResponse
        with self._opener.open(self._request(path), timeout=_WAIT) as found:
            return found.read()

    def post(self, path: str, fields: dict[str, str], papers: dict[str, bytes] | None = None) -> tuple[int, str]:
        """Status and text of the page that a form leads to."""
        border = "paraat-verification-border"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (fields | {"csrf": self._token}).items()
        ]
        for name, content in (papers or {}).items():
            head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="paper.pdf"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{border}--\r\n".encode()
        return self._sent(self._request(path, body, {"Content-Type": f"multipart/form-data; boundary={border}"}))

    def _request(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] = _NOTHING
    ) -> urllib.request.Request:
        address = self._access.url("intake", path)
        return urllib.request.Request(address, data=body, headers={**self._headers, **headers})  # noqa: S310  # http, on our own bridge

    def _sent(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            answer: Any = self._opener.open(request, timeout=_WAIT)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            raise NotVerified(f"The intake does not answer: {error}") from error
        with answer:
            text = answer.read().decode("utf-8", "replace")
        if found := _CSRF.search(text):
            self._token = found.group(1)
        return answer.status, text


def _await(access: Access) -> None:
    """Wait until it answers; it is asked again every 50 ms."""
    until = time.monotonic() + _WAIT
    while True:
        try:
            with urllib.request.urlopen(access.url("intake", "/healthz"), timeout=2):  # noqa: S310  # http, on our own bridge
                return
        except OSError as error:
            if time.monotonic() > until:
                raise NotVerified(f"The intake does not answer: {error}") from error
            time.sleep(0.05)


def _file(citizen: Browser) -> tuple[str, str]:
    """File a question with a paper and take a number; reference and code."""
    status, _ = citizen.get("/form/identity")
    _demand(status == 200, f"the form answers {status}")
    fields = {"document": "eid", "happened": "lost", "holder": "Verification", "blocked": "yes"}
    fields |= {"name": "Verification", "phone": "+32 2 000 00 00"}
    status, text = citizen.post("/form/identity", fields, {"paper_police": _PAPER})
    _demand(status == 200 and 'name="visit"' in text, f"a filled in form is not taken ({status})")
    status, text = citizen.post("/moment", {"visit": "ticket"})
    found = _LARGE.findall(text)
    _demand(status == 200 and len(found) >= 3, f"no reference is given ({status})")
    return found[0], found[1]


def _looked_up(other: Browser, reference: str, code: str) -> None:
    """From another phone, with reference and code."""
    other.get("/find")
    status, text = other.post("/find", {"reference": reference, "code": code})
    _demand(status == 200 and reference in text, "the request is not found with its reference and code")


def _refused(access: Access, reference: str) -> None:
    """Who holds nothing sees nothing."""
    stranger = Browser(access)
    for path in ("/clerk", f"/clerk/request/{reference}", "/clerk/requests", "/clerk/handover"):
        _, text = stranger.get(path)
        _demand('name="password"' in text and "Verification" not in text, f"{path} is open to anybody")
    status, text = stranger.post("/find", {"reference": reference, "code": "00000000"})
    _demand(status == 422 and "Verification" not in text, "a wrong code opens a request")
    status, _ = stranger.get("/mine")
    _demand(status == 404, "a stranger sees a request")


def _counter(clerk: Browser, reference: str) -> list[str]:
    """Sign in, call, read, open the paper, hand over."""
    clerk.get("/clerk/login")
    status, _ = clerk.post("/clerk/login", {"login": VERIFIER, "password": "wrong-" * 4})
    _demand(status == 422, "a wrong password is taken")
    clerk.get("/clerk/login")
    status, _ = clerk.post("/clerk/login", {"login": VERIFIER, "password": clerk._access.password})
    _demand(status == 200, f"the verifier cannot sign in ({status})")
    _, text = clerk.get("/clerk")
    counters = re.findall(r'href="/clerk/counter/([^"]+)"', text)
    called = next(
        (page for one in counters if reference in (page := clerk.post(f"/clerk/counter/{one}/next", {})[1])), ""
    )
    _demand(f"/clerk/request/{reference}/paper/" in called, "the clerk does not see the called request with its paper")
    link = re.search(rf"/clerk/request/{reference}/paper/\w+", called)
    _demand(link is not None and clerk.raw(link.group(0)) == _PAPER, "the paper is not what was sent")
    _, text = clerk.get("/clerk/requests?" + urllib.parse.urlencode({"text": "Verification"}))
    _demand(reference in text, "the list does not find the request")
    return ["a clerk signed in, called the next number, and read request and paper unchanged"]


def _demand(right: bool, otherwise: str) -> None:
    if not right:
        raise NotVerified(f"Citizen intake: {otherwise}")
