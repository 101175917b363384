"""What a signal of the disinformation lane may hold: the claim, the channel and the spread, never who said it. Pure.

No rule recognises every name; this one refuses what surely points at a person: addresses of mail, telephone numbers, @names and links into social
media, where every path leads to an account. GDPR article 5(1)(c): no more than is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

KEPT = timedelta(days=90)
"""After the operational period; then the words go and the count stays."""


class Trace(StrEnum):
    """What was found that points at a person."""

    MAIL = "mail"
    HANDLE = "handle"
    PROFILE = "profile"
    PHONE = "phone"


SAID = {
    Trace.MAIL: "Leave out the mail address: this lane holds what is claimed, not who said it",
    Trace.HANDLE: "Leave out the account (@name): this lane holds what is claimed, not who said it",
    Trace.PROFILE: "Leave out the link into social media, it leads to an account: name the platform only",
    Trace.PHONE: "Leave out the telephone number: this lane holds what is claimed, not who said it",
}
"""The sentence for each."""

_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@[\w][\w.-]+")
_PLATFORMS = (
    "facebook.com", "fb.com", "fb.me", "instagram.com", "threads.net", "threads.com", "x.com", "twitter.com", "tiktok.com", "t.me", "telegram.me",
    "youtube.com", "youtu.be", "linkedin.com", "snapchat.com", "reddit.com", "vk.com", "ok.ru", "bsky.app", "mastodon.social", "discord.gg",
    "discord.com", "wa.me", "chat.whatsapp.com", "truthsocial.com", "gab.com", "pinterest.com", "twitch.tv", "signal.me", "odysee.com", "rumble.com",
)  # fmt: skip
_PROFILE = re.compile(rf"(?<![\w-])(?:[\w-]+\.)*(?:{'|'.join(map(re.escape, _PLATFORMS))})/[^\s]", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\b\d{1,2}[:h]\d{2}\b")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00|0|\(0)[\d().\s/-]{7,}\d")


def trace(text: str) -> Trace | None:
    """What in `text` points at a person; None: nothing that this rule knows."""
    if _MAIL.search(text):
        return Trace.MAIL
    if _PROFILE.search(text):
        return Trace.PROFILE
    if _HANDLE.search(text):
        return Trace.HANDLE
    numbers = _PHONE.findall(_DATE.sub("|", text))
    return Trace.PHONE if any(9 <= sum(map(str.isdigit, one)) <= 15 for one in numbers) else None


def first_trace(fields: Mapping[str, str]) -> tuple[str, Trace] | None:
    """The first of these fields that points at a person, and how."""
    return next(((name, found) for name, text in fields.items() if (found := trace(text))), None)


def purge_at(period_until: datetime | None, reported_at: datetime) -> datetime | None:
    """When a signal goes: 90 days after the period that it was reported in, or after its report when that came later; None: no period yet."""
    return None if period_until is None else max(period_until, reported_at) + KEPT
