"""What a message may carry, and to whom a notice may be shown, by TLP 2.0."""

from __future__ import annotations

from enum import StrEnum

from paraat.kernel.marking import Tlp

SHORT = frozenset({"sms", "voice", "matrix"})
"""Channels that carry a wake-up, a code and a link and nothing else, whatever the TLP: anybody may look over a shoulder."""


class Content(StrEnum):
    """How much a message says."""

    FULL = "full"
    WAKE_UP = "wake_up"  # somebody has something for you: a code and a sign-in link


def content(kind: str, tlp: int, *, has_key: bool) -> Content:
    """What a message through a channel of `kind` carries. AMBER+STRICT and above without a key on file: a wake-up, so that nobody stays unwarned."""
    if kind in SHORT:
        return Content.WAKE_UP
    if tlp <= Tlp.AMBER or (kind == "mail" and has_key):
        return Content.FULL
    return Content.WAKE_UP


def may_show_provider(tlp: int) -> bool:
    """Whether the recipient may show the notice to its ICT provider: AMBER covers the recipient and its clients, not its suppliers."""
    return tlp <= Tlp.GREEN
