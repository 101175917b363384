"""Which recommendations matter for what is on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable

TOPIC = re.compile(r"[a-z]+(:[\w.-]{1,32})?\Z", re.ASCII)
WORDS: dict[str, tuple[str, ...]] = {
    "ransomware": (
        "ransomware",
        "gijzelsoftware",
        "rançongiciel",
        "erpressungssoftware",
        "verschlüssel",
        "versleutel",
        "encrypt",
    ),
    "ddos": ("ddos", "denial of service", "denial-of-service"),
    "phishing": ("phishing", "hameçonnage", "verdachte mail", "valse mail", "suspicious message"),
}
"""What a lesson is about, by the words in it: topic `word:<key>`."""
AUDIENCES = ("ict", "head", "citizen")


def is_topic(text: str) -> bool:
    """Whether it can be one: `measure`, `alert:ddos`, `control:PR.AA-01.1`."""
    return bool(TOPIC.match(text))


def word_topics(texts: Iterable[str]) -> set[str]:
    """The topics of what is said in these texts."""
    said = " ".join(texts).casefold()
    return {f"word:{key}" for key, words in WORDS.items() if any(word in said for word in words)}


def in_order(languages: Iterable[str], wanted: str) -> tuple[int, int]:
    """How well links in these languages serve a reader: his own language first, then English."""
    known = set(languages)
    return (0 if wanted in known else 1, 0 if "en" in known else 1)
