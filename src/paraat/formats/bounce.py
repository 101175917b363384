"""Reports that a message was not delivered: RFC 3464 as it should be, and the free text that some servers still send.

What matters to the sender is which recipient, whether for good (5.x.x), and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from paraat.formats import mail_entity


class Action(StrEnum):
    """What the report says (RFC 3464, section 2.3.3); relayed and expanded count as delivered."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Report:
    """One recipient's fate. `status` is an enhanced code such as 5.1.1; empty when the server gave none."""

    action: Action
    recipient: str = ""
    status: str = ""
    diagnostic: str = ""

    @property
    def permanent(self) -> bool:
        """Whether trying this address again is useless."""
        return self.action is Action.FAILED and not self.status.startswith("4.")


_ACTIONS = {
    "failed": Action.FAILED,
    "delayed": Action.DELAYED,
    "delivered": Action.DELIVERED,
    "relayed": Action.DELIVERED,
    "expanded": Action.DELIVERED,
}
_DAEMON = re.compile(r"^(mailer-?daemon|postmaster|mail-?daemon|mda|mailsystem|bounce[sd]?)([+.=-].*)?@", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver(ed|able)|delivery (status notification|has failed|failure|report)|delivery.{0,20}fail|failure notice|returned (mail|to sender)"
    r"|mail (delivery )?(failed|system error)|could not be delivered|non remis|non délivr|échec de (la )?remise|retour à l.expéditeur"
    r"|onbestelbaar|niet (worden )?(af)?bezorgd|niet bestelbaar|unzustellbar|nicht zugestellt|zustellung.{0,20}fehlgeschlagen",
    re.IGNORECASE,
)
_WAITING = re.compile(r"delayed|warning: could not send|vertraagd|retard|verzöger", re.IGNORECASE)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d[ -](?=[A-Za-z#<(5 4])")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'=-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_GONE = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient|address)|mailbox (unavailable|not found)|does not exist"
    r"|invalid recipient|address (rejected|not found)|account (disabled|inactive)|n.existe pas|bestaat niet|existiert nicht",
    re.IGNORECASE,
)
_NOT_DELIVERED = re.compile(
    r"(could not|cannot|unable to|wasn't able to|not) (be )?deliver|delivery .{0,40}failed|permanent (fatal )?error|message you sent"
    r"|not yet been delivered"
    r"|niet (worden )?bezorgd|pas pu (être|etre) (remis|délivr)|nicht zugestellt",
    re.IGNORECASE,
)


def report(message: Message) -> Report | None:
    """The delivery report that this message is, or None when it is something else."""
    return _standard(message) or _free_text(message)


def _standard(message: Message) -> Report | None:
    """RFC 3464; several recipients in one report: the worst of them (ours never has more than one)."""
    reports = [
        _recipient(block)
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in _blocks(part)
    ]
    found = [report for report in reports if report]
    return min(found, key=lambda report: list(Action).index(report.action), default=None)


def _blocks(part: Message) -> list[Message]:
    content = part.get_payload()
    return [block for block in content if isinstance(block, Message)] if isinstance(content, list) else []


def _recipient(block: Message) -> Report | None:
    action = _ACTIONS.get(mail_entity.header(block, "Action").split(";")[0].strip().lower())
    if action is None:
        return None
    recipient = mail_entity.header(block, "Original-Recipient") or mail_entity.header(block, "Final-Recipient")
    status = _STATUS.search(mail_entity.header(block, "Status"))
    return Report(
        action,
        recipient.rpartition(";")[2].strip(),
        status[1] if status else "",
        mail_entity.header(block, "Diagnostic-Code")[:500],
    )


def _free_text(message: Message) -> Report | None:
    """Exim, qmail and some appliances: X-Failed-Recipients, or a daemon's text with a code in it."""
    failed = mail_entity.addresses(message, "X-Failed-Recipients")
    subject = mail_entity.header(message, "Subject")
    text = _words(message)
    if not failed and not (
        from_daemon(message) and (_SUBJECT.search(subject) or _WAITING.search(subject) or _NOT_DELIVERED.search(text))
    ):
        return None
    status = _STATUS.search(text)
    code = _REPLY_CODE.search(text)
    digit = status[1][0] if status else code[1] if code else "5" if _GONE.search(text) else ""
    waiting = bool(_WAITING.search(subject)) or digit == "2"
    named = failed or tuple(_ADDRESS.findall(text))[:1]
    return Report(
        Action.DELAYED if waiting else Action.FAILED, named[0] if named else "", _code(status, digit), _line(text)
    )


def from_daemon(message: Message) -> bool:
    """An empty envelope sender (RFC 5321, 6.1) or a daemon's name."""
    empty = mail_entity.header(message, "Return-Path") in {"<>"}
    return empty or any(_DAEMON.match(address) for address in mail_entity.addresses(message, "From", "Sender"))


def _words(message: Message) -> str:
    part = mail_entity.first(message, "text/plain") or mail_entity.first(message, "text/html")
    return mail_entity.text(part)[:20_000] if part else ""


def _code(status: re.Match[str] | None, digit: str) -> str:
    return status[1] if status else f"{digit}.0.0" if digit else ""


def _line(text: str) -> str:
    """The line that says why: the one with a code, else with a known phrase."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    telling = [line for line in lines if _STATUS.search(line) or _REPLY_CODE.search(line) or _GONE.search(line)]
    return (telling or lines or [""])[0][:500]
