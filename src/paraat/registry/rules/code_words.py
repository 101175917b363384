"""Code words for the telephone: one the caller asks, one the other side answers with. On the paper card, never in a message."""

from __future__ import annotations

import secrets

# Dutch words that are hard to mishear over a bad line.
# fmt: off
_WORDS = (
    "anker", "appel", "balk", "beker", "berg", "boog", "boter", "brug", "deken", "dijk", "draad", "eend", "emmer",
    "fakkel", "fiets", "forel", "gans", "garen", "gras", "haas", "hamer", "haven", "hoeve", "iglo", "ijzer", "juweel",
    "kaars", "kabel", "kers", "klok", "koper", "kraan", "lamp", "leeuw", "linde", "maan", "mast", "melk", "molen",
    "mus", "nagel", "noord", "olijf", "orgel", "paard", "parel", "pen", "peper", "plank", "raam", "regen", "ring",
    "roos", "schip", "schuur", "sleutel", "spade", "steen", "ster", "tafel", "toren", "trap", "tulp", "uil", "vaas",
    "veer", "veld", "vlag", "vlinder", "vork", "wagen", "water", "wiel", "wolk", "zadel", "zand", "zeil", "zilver",
    "zoom", "zout", "zwaan",
)
# fmt: on


def make_code_word() -> str:
    """A question and an answer, as on the card: "toren-zeil / molen-kers". About 50 million; short enough to say over a bad line."""
    first, second, third, fourth = (secrets.choice(_WORDS) for _ in range(4))
    return f"{first}-{second} / {third}-{fourth}"
