"""From a rendered notice to the finished bytes of a mail: text and plain HTML, the headers that machines need, signature, encryption."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache

import idna

from paraat.formats.mail import DELIVERY_HEADER, message_id, plus_address
from paraat.kernel.errors import Refused
from paraat.platform.channels.base import Outgoing
from paraat.platform.channels.mail.courier import Letter
from paraat.platform.channels.mail.entity import alternatives, header, simple_html
from paraat.platform.channels.mail.sealing import UNSIGNED, Signer, UnusableKey, encrypted

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_ASCII_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_OURS = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "auto-submitted",
        "list-id",
        "content-type",
        "mime-version",
    }
)


class Unsendable(Refused):
    """This message can never be a mail."""


@dataclass(frozen=True, slots=True)
class Press:
    """Makes letters. `sender` is the From (`Team <alerts@team.example>`), `bounces` the address that takes delivery reports.

    A delivery's bounces and, when the notice names no other address, its replies come to the same mailbox with the delivery's token in the
    address, which is how `formats.mail` recognises them.
    """

    sender: str
    bounces: str = ""
    replies: str = ""
    signer: Signer = UNSIGNED

    @property
    def address(self) -> str:
        """The bare address of the sender."""
        return _bare(self.sender)

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.address.rpartition("@")[2]

    def letter(self, outgoing: Outgoing) -> Letter:
        """The finished bytes. Raises Unsendable for an address or header that no mail can carry, or a key that cannot be used."""
        recipient = carried_address(outgoing.address)
        try:
            content = self._content(outgoing, recipient)
        except (ValueError, MessageError) as fault:
            raise Unsendable(f"This cannot be written as a mail: {fault}") from fault
        return Letter(outgoing.delivery, self._envelope(outgoing), recipient, content)

    def _content(self, outgoing: Outgoing, recipient: str) -> bytes:
        """Headers, then the entity byte for byte, so that what was signed is what is sent."""
        return self._headers(outgoing, recipient) + self._entity(outgoing)

    def _entity(self, outgoing: Outgoing) -> bytes:
        body = _body(outgoing, outgoing.text, outgoing.html)
        if not outgoing.pgp_key:
            return self.signer.sign(body)
        try:
            return encrypted(body, outgoing.pgp_key, self.signer)
        except UnusableKey as fault:
            if outgoing.wake_up is None:
                raise Unsendable(str(fault)) from fault
            return self.signer.sign(_body(outgoing, outgoing.wake_up, None))

    def _headers(self, outgoing: Outgoing, recipient: str) -> bytes:
        lines = (
            ("From", outgoing.sender or self.sender),
            ("To", recipient),
            ("Subject", outgoing.subject),
            ("Date", format_datetime(outgoing.written or datetime.now(UTC))),
            ("Message-ID", message_id(outgoing.delivery, self.domain)),
            ("Reply-To", outgoing.reply_to or plus_address(self.replies or self.address, outgoing.delivery)),
            ("Auto-Submitted", "auto-generated"),
            ("List-Id", f"<notices.{self.domain}>"),
            (DELIVERY_HEADER, str(outgoing.delivery)),
            ("Content-Language", outgoing.language),
            *_allowed(outgoing.headers),
            ("MIME-Version", "1.0"),
        )
        return b"".join(header(name, value) for name, value in lines)

    def _envelope(self, outgoing: Outgoing) -> str:
        return plus_address(self.bounces or self.address, outgoing.delivery)


@lru_cache(maxsize=16)
def _bare(sender: str) -> str:
    return parseaddr(sender)[1]


def carried_address(address: str) -> str:
    """The address as every server carries it: the domain in ASCII. Raises Unsendable when it is not one address."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Unsendable(f"{address!r} is not a mail address")
    if _ASCII_DOMAIN.fullmatch(domain):
        return f"{local}@{domain.lower()}"
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as fault:
        raise Unsendable(f"{address!r} is not a mail address: {fault}") from fault
    return f"{local}@{ascii_domain}"


def _allowed(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    for name, _ in headers:
        if name.lower() in _OURS or not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name):
            raise ValueError(f"the header {name!r} is not for a notice to set")
    return list(headers)


def _body(outgoing: Outgoing, text: str, page: str | None) -> bytes:
    return alternatives(text, page or simple_html(outgoing.subject, text, outgoing.language))


def named(name: str, address: str) -> str:
    """`Team <alerts@team.example>`, quoted as needed, for a From or Reply-To."""
    return str(Address(display_name=name, addr_spec=address))
