"""What a short channel may carry: a wake-up, a code and one sign-in link. Anything longer is refused rather than cut, since the end is the link."""

from __future__ import annotations

import re

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_LINK = re.compile(r"https?://", re.IGNORECASE)
PARTS = 3
"""SMS parts at most: a 160-sign wake-up in French with a signed link needs two."""
LONGEST = {"sms": 0, "voice": 600, "matrix": 1000}


def sms_parts(text: str) -> int:
    """How many SMS this text takes: 160 or 153 signs each in the GSM alphabet, 70 or 67 when one sign is outside it (3GPP 23.038)."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        length, one, more = sum(2 if sign in _GSM_TWICE else 1 for sign in text), 160, 153
    else:
        length, one, more = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // more)


def refusal(kind: str, text: str) -> str | None:
    """Why this channel will not carry this text; None when it will."""
    if not text.strip():
        return "there is nothing to say"
    if len(_LINK.findall(text)) > 1:
        return "a short message carries one link at most"
    if kind == "sms":
        return f"the text takes {sms_parts(text)} SMS, more than {PARTS}" if sms_parts(text) > PARTS else None
    longest = LONGEST.get(kind)
    return f"the text has {len(text)} signs, more than {longest}" if longest and len(text) > longest else None
