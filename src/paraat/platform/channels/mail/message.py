"""From a rendered notice to the finished bytes of a mail: text and plain HTML, the headers that machines need, signature, encryption."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import idna

from paraat.formats.mail import DELIVERY_HEADER, message_id, plus_address
from paraat.kernel.errors import Refused
from paraat.platform.channels.base import Outgoing
from paraat.platform.channels.mail.courier import Letter
from paraat.platform.channels.mail.sealing import UNSIGNED, Signer, UnusableKey, encrypted

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
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
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return parseaddr(self.sender)[1].rpartition("@")[2]

    def letter(self, outgoing: Outgoing) -> Letter:
        """The finished bytes. Raises Unsendable for an address or header that no mail can carry, or a key that cannot be used."""
        recipient = carried_address(outgoing.address)
        try:
            content = self._content(outgoing, recipient)
        except (ValueError, MessageError) as fault:
            raise Unsendable(f"This cannot be written as a mail: {fault}") from fault
        return Letter(outgoing.delivery, self._envelope(outgoing), recipient, content)

    def _content(self, outgoing: Outgoing, recipient: str) -> bytes:
        if not outgoing.pgp_key:
            return joined(self._headers(outgoing, recipient), self.signer.sign(_body(outgoing)))
        try:
            return joined(self._headers(outgoing, recipient), encrypted(_body(outgoing), outgoing.pgp_key, self.signer))
        except UnusableKey as fault:
            if outgoing.wake_up is None:
                raise Unsendable(str(fault)) from fault
            return joined(
                self._headers(outgoing, recipient), self.signer.sign(_plain(outgoing, outgoing.wake_up, None))
            )

    def _headers(self, outgoing: Outgoing, recipient: str) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = outgoing.sender or self.sender
        message["To"] = recipient
        message["Subject"] = outgoing.subject
        message["Date"] = format_datetime(outgoing.written or datetime.now(UTC))
        message["Message-ID"] = message_id(outgoing.delivery, self.domain)
        message["Reply-To"] = outgoing.reply_to or plus_address(self.replies or self._from(), outgoing.delivery)
        message["Auto-Submitted"] = "auto-generated"
        message["List-Id"] = f"<notices.{self.domain}>"
        message[DELIVERY_HEADER] = str(outgoing.delivery)
        message["Content-Language"] = outgoing.language
        for name, value in _allowed(outgoing.headers):
            message[name] = value
        message["MIME-Version"] = "1.0"
        return message

    def _envelope(self, outgoing: Outgoing) -> str:
        return plus_address(self.bounces or self._from(), outgoing.delivery)

    def _from(self) -> str:
        return parseaddr(self.sender)[1]


def carried_address(address: str) -> str:
    """The address as every server carries it: the domain in ASCII. Raises Unsendable when it is not one address."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Unsendable(f"{address!r} is not a mail address")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as fault:
        raise Unsendable(f"{address!r} is not a mail address: {fault}") from fault
    return f"{local}@{ascii_domain}"


def simple_html(subject: str, text: str, language: str) -> str:
    """The text as a page that a screen reader handles: language, title, one heading, paragraphs, links that show their address."""
    paragraphs = (f"<p>{_linked(block)}</p>" for block in re.split(r"\n\s*\n", text.strip()) if block.strip())
    title = html.escape(subject)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n" + "\n".join(paragraphs) + "\n</body>\n</html>\n"
    )


def joined(headers: EmailMessage, entity: bytes) -> bytes:
    """Headers, then the entity (its own content headers and body) byte for byte, so that what was signed is what is sent."""
    head = headers.as_bytes(policy=policy.SMTP)
    return head[: head.index(b"\r\n\r\n") + 2] + entity


def _allowed(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    for name, _ in headers:
        if name.lower() in _OURS or not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name):
            raise ValueError(f"the header {name!r} is not for a notice to set")
    return list(headers)


def _body(outgoing: Outgoing) -> bytes:
    return _plain(outgoing, outgoing.text, outgoing.html)


def _plain(outgoing: Outgoing, text: str, page: str | None) -> bytes:
    """Text and HTML as one MIME entity. Quoted-printable throughout: signatures survive servers that touch line ends or eight-bit text."""
    entity = EmailMessage(policy=policy.SMTP)
    entity.set_content(text, cte="quoted-printable")
    entity.add_alternative(
        page or simple_html(outgoing.subject, text, outgoing.language), subtype="html", cte="quoted-printable"
    )
    del entity["MIME-Version"]
    return entity.as_bytes(policy=policy.SMTP)


def _linked(block: str) -> str:
    pieces, last = [], 0
    for match in _LINK.finditer(block):
        address = html.escape(match[0])
        pieces += [html.escape(block[last : match.start()]), f'<a href="{address}">{address}</a>']
        last = match.end()
    return "".join([*pieces, html.escape(block[last:])]).replace("\n", "<br>\n")


def named(name: str, address: str) -> str:
    """`Team <alerts@team.example>`, quoted as needed, for a From or Reply-To."""
    return str(Address(display_name=name, addr_spec=address))
