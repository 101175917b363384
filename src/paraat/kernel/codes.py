"""Short codes that a person reads from one screen and types on another: no letters or digits that look or sound alike.

Seven signs in two groups, `K7M-4PXT`: six random ones and one that catches any single wrong sign and any two swapped ones. A code has at
least one letter and one digit, so that neither a word nor a telephone number passes for one.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "ACDEFGHJKMNPQRTUWXY3479"
_LETTERS, _DIGITS = frozenset(ALPHABET[:19]), frozenset(ALPHABET[19:])
_PRIME = len(ALPHABET)
_RANDOM = 6
_SIGN = f"[{ALPHABET}{ALPHABET.lower()}]"
_WRITTEN = re.compile(rf"(?<![A-Za-z0-9])({_SIGN}{{3}})[\s\-‐‑–.]?({_SIGN}{{4}})(?![A-Za-z0-9])")


def make() -> str:
    """A new random code as people see it, `K7M-4PXT`. About 110 million exist; the caller keeps open ones unique."""
    while True:
        signs = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
        whole = signs + _check(signs)
        if _mixed(whole):
            return _shown(whole)


def read(text: str) -> str | None:
    """The code that `text` is, however it was typed (`k7m4pxt`, `K7M 4PXT`), in the form of `make`; None when it is not one."""
    match = _WRITTEN.fullmatch(text.strip())
    return _valid(match) if match else None


def find(text: str) -> tuple[str, ...]:
    """Every code in a longer text, in order, each once, in the form of `make`."""
    found = (_valid(match) for match in _WRITTEN.finditer(text))
    return tuple(dict.fromkeys(code for code in found if code))


def _valid(match: re.Match[str]) -> str | None:
    whole = (match[1] + match[2]).upper()
    return _shown(whole) if _mixed(whole) and _check(whole[:_RANDOM]) == whole[_RANDOM:] else None


def _mixed(whole: str) -> bool:
    return not _LETTERS.isdisjoint(whole) and not _DIGITS.isdisjoint(whole)


def _check(signs: str) -> str:
    """ISO 7064 in spirit: a sum with different weights modulo a prime sees every single error and every swap."""
    return ALPHABET[sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(signs, start=1)) % _PRIME]


def _shown(whole: str) -> str:
    return f"{whole[:3]}-{whole[3:]}"
