"""An IMAP folder over TLS. People may read the same mailbox, so 'seen' is theirs: what we handled carries a keyword of its own.

Only a server that keeps no keywords gets the seen flag from us instead. Letters are fetched with PEEK and named by UID.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from paraat.platform.mailbox.base import LARGEST, Letter, MailboxDown

KEYWORD = "$ParaatHandled"
_SEEN = "\\Seen"


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """`imaps://user:password@host:993/INBOX?ca=FILE`, or `imap://` which insists on STARTTLS unless the server is this machine."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: bool = True
    ca: str = ""
    timeout: float = 30.0

    @classmethod
    def from_url(cls, url: str) -> ImapAccount:
        """Read the setting; ValueError says what is wrong with it."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise ValueError("it must look like imaps://user:password@host/INBOX or maildir:///path")
        tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if tls else 143),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            tls=tls,
            ca=parse_qs(parts.query).get("ca", [""])[0],
        )


class ImapMailbox:
    """Reads one folder. Open it with `with`; a reader that reads on after a fault gets MailboxDown again."""

    def __init__(self, account: ImapAccount) -> None:
        self.account = account
        self._imap: imaplib.IMAP4 | None = None
        self._mark = KEYWORD

    def letters(self, *, limit: int) -> Iterator[Letter]:
        """The letters without our mark, by UID, which is the order of arrival."""
        query = f"UNKEYWORD {KEYWORD}" if self._mark == KEYWORD else "UNSEEN"
        found = self._call("SEARCH", query)
        for uid in sorted(int(number) for number in (found[0] or b"").split())[:limit]:
            letter = self._fetch(uid)
            if letter:
                yield letter

    def done(self, letter: Letter) -> None:
        """Our mark."""
        self._call("STORE", letter.place, "+FLAGS.SILENT", f"({self._mark})")

    def put_aside(self, letter: Letter) -> None:
        """Our mark, and the flag that every mail program shows."""
        self._call("STORE", letter.place, "+FLAGS.SILENT", f"({self._mark} \\Flagged)")

    def probe(self) -> tuple[str, ...]:
        """Whether we can sign in and the folder can be written."""
        try:
            with self:
                return (
                    ()
                    if self._mark == KEYWORD
                    else (f"{self.account.host} keeps no keywords: letters that we handled look read to people",)
                )
        except MailboxDown as fault:
            return (str(fault),)

    def _fetch(self, uid: int) -> Letter | None:
        """A first look at the size keeps a huge letter out of memory; a letter that a person moved away meanwhile is none."""
        parts = self._call("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{LARGEST}>)")
        for part in parts:
            if isinstance(part, tuple):
                size = re.search(rb"RFC822\.SIZE (\d+)", part[0])
                return Letter(str(uid), part[1], cut=size is not None and int(size[1]) > LARGEST)
        return None

    def _call(self, command: str, *arguments: str) -> list[Any]:
        if self._imap is None:
            raise MailboxDown("The mailbox is not open")
        try:
            answer, found = self._imap.uid(command, *arguments)
        except (OSError, imaplib.IMAP4.error) as fault:
            raise MailboxDown(f"{self.account.host}: {fault}") from fault
        if answer != "OK":
            raise MailboxDown(f"{self.account.host}: {command} was answered {answer}")
        return found

    def __enter__(self) -> Self:
        try:
            self._imap = _signed_in(self.account)
            self._select(self._imap)
        except (OSError, imaplib.IMAP4.error) as fault:
            self.__exit__()
            raise MailboxDown(f"{self.account.host}: {fault}") from fault
        return self

    def _select(self, imap: imaplib.IMAP4) -> None:
        answer, found = imap.select(f'"{self.account.folder}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the folder {self.account.folder} cannot be opened: {found!r}")
        _, allowed = imap.response("PERMANENTFLAGS")
        listed = (allowed[0] if allowed else None) or b""
        keeps = not isinstance(listed, bytes) or b"\\*" in listed or KEYWORD.encode().lower() in listed.lower()
        self._mark = KEYWORD if keeps and listed else _SEEN

    def __exit__(self, *fault: object) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imap.logout()


def _signed_in(account: ImapAccount) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=account.ca or None)
    imap: imaplib.IMAP4
    if account.tls:
        imap = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=account.timeout)
    else:
        imap = imaplib.IMAP4(account.host, account.port, timeout=account.timeout)
        if account.host not in {"localhost", "127.0.0.1", "::1"}:
            imap.starttls(context)
    imap.login(account.user, account.password)
    return imap
