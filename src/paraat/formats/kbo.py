"""Belgian enterprise numbers (KBO/BCE): ten digits, the last two 97 minus the first eight modulo 97."""

from __future__ import annotations

import re

_NOISE = re.compile(r"^(BE|TVA|BTW|KBO|BCE)|[\s.\-/ ]", re.IGNORECASE)
LENGTH = 10


def tidy(text: str) -> str:
    """The digits of a number as people write it: "BE 0207.508.932" and 207508932 (a spreadsheet eats the first zero) are 0207508932."""
    bare = text.strip()
    while (found := _NOISE.sub("", bare)) != bare:
        bare = found
    return bare.zfill(LENGTH) if bare.isdecimal() and len(bare) == LENGTH - 1 else bare


def is_kbo(number: str) -> bool:
    """Whether ten digits pass the check of the Crossroads Bank for Enterprises (royal decree of 24 June 2003, article 2)."""
    if len(number) != LENGTH or not (number.isascii() and number.isdecimal()) or number[0] not in "01":
        return False
    return 97 - int(number[:8]) % 97 == int(number[8:])


def show(number: str) -> str:
    """As it is printed: 0207.508.932."""
    return f"{number[:4]}.{number[4:7]}.{number[7:]}" if len(number) == LENGTH else number
