"""Telephone numbers as gateways want them: E.164, `+32475123456`."""

from __future__ import annotations

import re

from paraat.kernel.errors import Invalid

_E164 = re.compile(r"\+[1-9]\d{6,14}")


class NotANumber(Invalid):
    """This is not a telephone number that can be called from everywhere."""


def e164(text: str, *, country: str = "32") -> str:
    """The number in E.164; a national one (`0475/12 34 56`) belongs to `country`. Raises NotANumber."""
    digits = re.sub(r"[\s./()\-‐‑–]", "", text.strip().replace("(0)", ""))
    digits = re.sub(r"^tel:", "", digits, flags=re.IGNORECASE)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = f"+{country}{digits[1:]}"
    if not _E164.fullmatch(digits):
        raise NotANumber(number=text)
    return digits
