"""Which passwords may be chosen, and how strong one is. Words are keys of words.json: the page says them in the holder's language."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

SHORTEST = 12
LONGEST = 64  # bytes: what the sign-in page of the files takes; bcrypt reads 72
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiop",
)
_LEET = str.maketrans("013457$@", "oieastsa")
_COMMON = frozenset((Path(__file__).parent / "common.txt").read_text(encoding="utf-8").split())


def refused(password: str, *, code: str = "", names: Iterable[str] = ()) -> str:
    """Why this password may not be chosen, as a key of words.json; "" when it may. `names` are the login and the town's names."""
    if len(password) < SHORTEST:
        return "too_short"
    if len(password.encode()) > LONGEST:
        return "too_long"
    if not password.isprintable() or unicodedata.normalize("NFKC", password) != password:
        return "odd_signs"
    if code and _bare(code) and _bare(code) in _bare(password):
        return "is_code"
    if len(set(password.lower())) < 5 or _is_row(password):
        return "too_easy"
    known = _COMMON | {_bare(name) for name in names}
    if any(words <= known for words in _readings(password)):
        return "too_common"
    return ""


def strength(password: str) -> str:
    """`fair`, `good` or `strong`: how many guesses a program needs that tries short repeats and rows last."""
    kinds = sum(
        size
        for size, found in ((26, "[a-z]"), (26, "[A-Z]"), (10, "[0-9]"), (33, "[^a-zA-Z0-9]"))
        if re.search(found, password)
    )
    varied = len(re.sub(r"(.)\1+", r"\1", password))
    bits = varied * math.log2(max(kinds, 2)) * 0.85
    return "strong" if bits >= 80 else "good" if bits >= 58 else "fair"


def _readings(password: str) -> list[set[str]]:
    """The words in it, read as they stand and with digits for letters: `P4ssw0rd-2026` is `password`. None at all is read as common."""
    low = unicodedata.normalize("NFKD", password.lower())
    plain = "".join(sign for sign in low if not unicodedata.combining(sign))
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    return [set(re.findall("[a-z]{3,}", text)) for text in (plain, bare.translate(_LEET))]


def _is_row(password: str) -> bool:
    """Whether it is keys in a row, or a few of them again and again."""
    low = re.sub(r"[^a-z0-9]", "", password.lower())
    rows = [row * 3 for row in _ROWS] + [row[::-1] * 3 for row in _ROWS]
    if any(low and low in row for row in rows):
        return True
    return bool(re.fullmatch(r"(.{1,12}?)\1+.{0,4}", password.lower()))


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
