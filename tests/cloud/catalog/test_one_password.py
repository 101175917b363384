"""One chosen password opens mail, files, calendar and chat, each in its own real server; a code issued anew closes them all."""

from __future__ import annotations

import asyncio
import base64
import imaplib
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from paraat.cloud import catalog
from paraat.cloud.access import Access
from paraat.cloud.catalog.accounts import verify as accounts
from paraat.cloud.catalog.calendar import verify as calendar
from paraat.cloud.catalog.chat import verify as chat
from paraat.cloud.catalog.files import verify as files
from paraat.cloud.workload import Account
from tests.cloud.catalog.played import bring, eventually, prepared, running

CODE = "K7QM-2XWP-9RTD"
PASSWORD = "één paard, twee fietsen"
_HASH = PasswordHasher(memory_cost=1024).hash(CODE)


def _headers() -> dict[str, str]:
    pair = base64.b64encode(f"crisis:{PASSWORD}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Depth": "0", "X-Forwarded-For": "2001:db8::7"}


def _opens_files(access: Access) -> bool:
    return files._raw(access, "PROPFIND", "/", None, _headers())[0] == 207


def _opens_calendar(access: Access) -> bool:
    return calendar._raw(access, "PROPFIND", "/crisis/calendar/", None, _headers())[0] == 207


def _opens_mail(access: Access) -> bool:
    with imaplib.IMAP4(*access.address("mail", "imap"), timeout=20) as client:
        try:
            plain = f"\0crisis@{access.prepared.domain}\0{PASSWORD}".encode()
            return client.authenticate("PLAIN", lambda _: plain)[0] == "OK"
        except imaplib.IMAP4.error:
            return False


def _opens_chat(access: Access) -> bool:
    """By SCRAM over XMPP, as a chat program does."""

    async def signed_in() -> bool:
        client = chat._client(f"crisis@{access.prepared.domain}", PASSWORD)
        client.connect(*access.address("chat", "c2s"))
        try:
            return bool(await asyncio.wait_for(client.entered, 15))
        finally:
            client.abort()

    return asyncio.run(signed_in())


_OPENS: dict[str, Callable[[Access], bool]] = {
    "files": _opens_files,
    "calendar": _opens_calendar,
    "mail": _opens_mail,
    "chat": _opens_chat,
}


@pytest.mark.containers
@pytest.mark.parametrize("service", list(_OPENS))
def test_a_chosen_password_opens_it_and_a_code_issued_anew_closes_it(service: str) -> None:
    name, opens = f"c2-one-{service}", _OPENS[service]
    town = prepared(name, service, accounts=(Account("crisis", "Crisiscel", "nl", _HASH),))
    with running(town, service) as access:
        catalog.verifier(service).verify(access)
        assert not opens(access), "the code has not been used"
        browser = accounts.Browser(access)
        assert browser.submit("/", "/in", login="crisis", secret=CODE)[2] == "/choose"
        assert browser.submit("/choose", "/choose", password=PASSWORD, again=PASSWORD)[0] == 200
        eventually(lambda: opens(access), 20)
        anew = (Account("crisis", "Crisiscel", "nl", _HASH, 2),)
        bring(prepared(name, service, accounts=anew, secrets=town.secrets), service)
        eventually(lambda: not opens(access), 20)
