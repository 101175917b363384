"""Safe access to a mail as it really arrives: wrong charsets, broken encodings and headers must not stop the mailbox."""

from __future__ import annotations

import binascii
import contextlib
import email
import email.header
import re
from collections.abc import Iterator
from email.errors import HeaderParseError, MessageError
from email.message import Message
from email.utils import getaddresses

_FOLD = re.compile(r"\s*[\r\n]+\s*")


def parsed(raw: bytes) -> Message:
    """The message; whatever the bytes are, there is one."""
    return email.message_from_bytes(raw)


def header(message: Message, name: str) -> str:
    """One header as readable text on one line; empty when absent."""
    return _readable(message.get(name))


def headers(message: Message, name: str) -> tuple[str, ...]:
    """Every occurrence of a header, as readable text."""
    return tuple(_readable(value) for value in message.get_all(name, []))


def addresses(message: Message, *names: str) -> tuple[str, ...]:
    """The bare addresses in these headers, in order."""
    values = [value for name in names for value in headers(message, name)]
    return tuple(address for _, address in getaddresses(values) if "@" in address)


def text(part: Message) -> str:
    """The text of one part in whatever charset it claims; unreadable signs are replaced, never fatal."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        charset = part.get_content_charset() or "utf-8"
        decoded = content.decode(charset, "replace")
    except (LookupError, ValueError):  # a charset that nobody knows, or one that is no text encoding
        decoded = content.decode("latin-1")
    return decoded.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def leaves(message: Message) -> Iterator[Message]:
    """Every part that is not a container, attached messages not entered."""
    if message.get_content_type().startswith("message/") or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from leaves(part)


def first(message: Message, kind: str) -> Message | None:
    """The first part of this content type that is not an attachment."""
    return next((part for part in leaves(message) if part.get_content_type() == kind and not _attached(part)), None)


def _attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _readable(value: object) -> str:
    if value is None:
        return ""
    plain = str(value)
    with contextlib.suppress(HeaderParseError, MessageError, LookupError, ValueError, binascii.Error):
        plain = str(email.header.make_header(email.header.decode_header(plain)))
    return _FOLD.sub(" ", plain).replace("\0", "").encode("utf-8", "replace").decode().strip()
