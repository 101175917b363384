"""What gateways tell us: an SMS reply, a key pressed during a call, what became of a message. Pure: headers and body in, values out.

One address of ours takes all three. JSON, signed like our own messages (`signature.check`):
    {"event": "reply",  "from": "+32...", "text": "K7M-4PXT", "reference": "<delivery, when the gateway knows it>"}
    {"event": "key",    "from": "+32...", "digits": "1",      "reference": "<delivery>"}
    {"event": "status", "reference": "<delivery>", "status": "delivered" | "failed", "detail": "..."}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paraat.kernel import codes
from paraat.kernel.errors import Invalid
from paraat.platform.channels import signature
from paraat.platform.channels.phone import NotANumber, e164

ACKNOWLEDGE_KEY = "1"
"""The key that means: I have understood. Every spoken message says so."""


class NotUnderstood(Invalid):
    """This is not a message that a gateway sends."""


@dataclass(frozen=True, slots=True)
class SmsReply:
    """A person's answer. `codes` are the short codes in it, upper case; `delivery` when the gateway kept the thread."""

    id: str
    sender: str
    text: str
    codes: tuple[str, ...]
    delivery: UUID | None


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key during a call of ours. An answering machine presses none."""

    id: str
    sender: str
    digits: str
    delivery: UUID

    @property
    def acknowledges(self) -> bool:
        """Whether it was the key that acknowledges."""
        return self.digits == ACKNOWLEDGE_KEY


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the network says became of a message. Delivered to a telephone is not read by a person."""

    id: str
    delivery: UUID
    delivered: bool
    detail: str


def read(
    headers: Mapping[str, str], body: bytes, *, secrets: Iterable[bytes], now: datetime, country: str = "32"
) -> SmsReply | KeyPress | StatusReport:
    """The event, after its signature was verified. Raises BadSignature or NotUnderstood. `id` is new for each event: refuse it twice."""
    identifier = signature.check(headers, body, secrets, now)
    content = _content(body)
    event = content.get("event")
    if event == "reply":
        text = _text(content, "text")
        return SmsReply(identifier, _number(content, country), text, codes.find(text), _delivery(content))
    if event == "key":
        return KeyPress(identifier, _number(content, country), _text(content, "digits").strip(), _needed(content))
    if event == "status":
        return StatusReport(
            identifier, _needed(content), content.get("status") == "delivered", _text(content, "detail")
        )
    raise NotUnderstood(event=event)


def _content(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise NotUnderstood() from fault
    if not isinstance(found, dict):
        raise NotUnderstood()
    return found


def _text(content: Mapping[str, object], name: str) -> str:
    value = content.get(name, "")
    return value[:2000].replace("\0", "") if isinstance(value, str) else ""


def _number(content: Mapping[str, object], country: str) -> str:
    try:
        return e164(_text(content, "from"), country=country)
    except NotANumber as fault:
        raise NotUnderstood("There is no telephone number in this message") from fault


def _delivery(content: Mapping[str, object]) -> UUID | None:
    try:
        return UUID(_text(content, "reference"))
    except ValueError:
        return None


def _needed(content: Mapping[str, object]) -> UUID:
    found = _delivery(content)
    if found is None:
        raise NotUnderstood("There is no reference in this message")
    return found
