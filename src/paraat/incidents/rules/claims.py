"""How an address of an attacker is shown: readable, and such that no program makes a link of it."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"(?i)\b(?:https?|ftp)://\S+|\b(?:[a-z0-9-]+\.)+(?:onion|[a-z]{2,24})\b\S*|\b\d{1,3}(?:\.\d{1,3}){3}\b\S*"
)
_SCHEME = re.compile(r"(?i)^(ht)tp(s?)://")


def defanged(text: str) -> str:
    """`text` with every address in it made harmless: hxxps[:]//evil[.]example. What was harmless stays as it is."""
    return _ADDRESS.sub(lambda found: _harmless(found.group()), text)


def _harmless(address: str) -> str:
    plain = _SCHEME.sub(lambda found: f"{found[1].lower()[0]}xxp{found[2].lower()}[:]//", address)
    return re.sub(r"(?<!\[)\.(?!\])", "[.]", plain).replace("@", "[@]")
