"""Proves that the accounts page works for people: it answers in four languages, refuses who does not know, and lets in who does."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from paraat.cloud.access import VERIFIER, Access, NotVerified

PATIENCE = 10.0  # seconds
LANGUAGES = ("nl", "fr", "de", "en")


def verify(access: Access) -> list[str]:
    """Sign in as the verifier would, after being refused without a password and with a wrong one; the files of the others are there."""
    _wait(access)
    for language in LANGUAGES:
        code, page, _ = Browser(access).ask("GET", "/", headers={"Accept-Language": language})
        if code != 200 or f'<html lang="{language}">' not in page:
            raise NotVerified(f"The accounts page does not answer in {language}: {code}")
    _refused(access)
    _let_in(access)
    _files(access)
    return [
        "the accounts page in nl, fr, de, en",
        "anonymous visitors, a wrong password and forms of others are refused",
        "signing in and out",
        "the other services have their password files",
    ]


class Browser:
    """A client that keeps cookies; over plain HTTP behind the entrance, so it sends the secure ones too."""

    def __init__(self, access: Access) -> None:
        self._address = access.address("accounts")
        self._cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Code, page and where it leads."""
        connection = HTTPConnection(*self._address, timeout=10)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), **(headers or {})}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=urlencode(form) if form is not None else None, headers=sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")
        finally:
            connection.close()

    def submit(self, page: str, path: str, **form: str) -> tuple[int, str, str]:
        """Send a form that stands on `page`, with its token."""
        token = re.search(r'name="token" value="([0-9a-f]+)"', self.ask("GET", page)[1])
        return self.ask("POST", path, {**form, "token": token.group(1) if token else ""})


def _wait(access: Access) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if Browser(access).ask("GET", "/healthz")[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        if time.monotonic() > until:
            raise NotVerified("The accounts page does not answer")
        time.sleep(0.05)


def _refused(access: Access) -> None:
    """Nobody gets in without a password, with a wrong one, or by a form made elsewhere."""
    stranger = Browser(access)
    for path in ("/home", "/people", "/notes", "/password", "/choose"):
        code, _, to = stranger.ask("GET", path)
        if (code, to) != (303, "/") and code != 404:
            raise NotVerified(f"{path} is open to anybody: {code}")
    if stranger.submit("/", "/in", login=VERIFIER, secret="wrong-" + access.password[:4])[0] != 403:
        raise NotVerified("A wrong password is not refused")
    if Browser(access).ask("POST", "/in", {"login": VERIFIER, "secret": access.password})[0] != 403:
        raise NotVerified("A form of another site is taken")


def _let_in(access: Access) -> None:
    browser = Browser(access)
    code, _, to = browser.submit("/", "/in", login=VERIFIER, secret=access.password)
    if (code, to) != (303, "/home") or browser.ask("GET", "/home")[0] != 200:
        raise NotVerified(f"Signing in fails: {code}")
    if browser.ask("GET", "/people")[0] != 404:
        raise NotVerified("The verifier sees who has an account")
    browser.submit("/home", "/out")
    if browser.ask("GET", "/home")[0] != 303:
        raise NotVerified("Signing out does not sign out")


def _files(access: Access) -> None:
    """The verifier's password opens the mailbox file, and the other files have its login."""
    read = {name: access.run("accounts", "cat", f"/accounts/{name}").decode() for name in FILES}
    start = f"{VERIFIER}@{access.prepared.domain}:{{ARGON2ID}}"
    known = next(
        (line.removeprefix(start) for line in read["dovecot.passwd"].split("\n") if line.startswith(start)), ""
    )
    try:
        PasswordHasher().verify(known, access.password)
    except (Argon2Error, InvalidHashError) as error:
        raise NotVerified("The file for mail does not hold the verifier's password") from error
    for name, sign in FILES.items():
        if sign not in read[name]:
            raise NotVerified(f"/accounts/{name} is not complete")


FILES = {
    "dovecot.passwd": f"{VERIFIER}@",
    "htpasswd": f"{VERIFIER}:$2b$",
    "copyparty.conf": f"  {VERIFIER}: +",
    f"prosody/{VERIFIER}.dat": '["stored_key"]',
}
