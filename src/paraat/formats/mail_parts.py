"""What else a mail carries: the messages that it says it follows, and its attachments. Pure: bytes in, values out, never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from paraat.formats import mail_entity

MOST_IDS = 50
MOST_ATTACHMENTS = 100
_ID = re.compile(r"<[^<>\s]{3,248}>")
_BODY = {"text/plain", "text/html"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail: its name and type as the sender says, which prove nothing, and its content."""

    name: str
    media_type: str
    content: bytes


def follows(raw: bytes) -> tuple[str, ...]:
    """The Message-IDs that In-Reply-To and References name, the nearest first (RFC 5322, 3.6.4)."""
    message = mail_entity.parsed(raw)
    answered = [one for value in mail_entity.headers(message, "In-Reply-To") for one in _ID.findall(value)]
    before = [one for value in mail_entity.headers(message, "References") for one in _ID.findall(value)]
    return tuple(dict.fromkeys([*answered, *reversed(before)]))[:MOST_IDS]


def attachments(raw: bytes) -> Iterator[Attached]:
    """Every part that is not the text of the mail, at most a hundred; a mail that was attached is a file of its own."""
    kept = 0
    for part in mail_entity.leaves(mail_entity.parsed(raw)):
        if kept >= MOST_ATTACHMENTS or not _is_file(part):
            continue
        content = _content(part)
        if content:
            kept += 1
            yield Attached(_name(part, kept), part.get_content_type()[:120], content)


def _is_file(part: Message) -> bool:
    named = bool(_filename(part))
    attached = str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")
    return named or attached or part.get_content_type() not in _BODY


def _content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _filename(part: Message) -> str:
    try:
        return (part.get_filename() or "").replace("\0", "").strip()
    except (LookupError, ValueError, TypeError):  # a name in a charset that nobody knows
        return ""


def _name(part: Message, place: int) -> str:
    ending = ".eml" if part.get_content_type() == "message/rfc822" else ""
    return (_filename(part) or f"attachment-{place}{ending}")[:255]
