"""What may be said to press and citizens: when a statement stands, and which words claim more than anybody can know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from paraat.kernel.errors import Invalid

LANGUAGES = ("nl", "fr", "de", "en")
"""A statement is approved in all four: in a region of several languages nobody may be told less than his neighbour."""

_QUOTES = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"")
_ABSOLUTE: dict[str, tuple[str, ...]] = {
    "nl": (
        r"\bon(hackbaar|kraakbaar|kwetsbaar|feilbaar)",
        r"\bkan(?:\s+\w+)?\s+(?:niet|nooit|onmogelijk)\s+(?:\w+\s+)?(?:gehackt|gekraakt|gemanipuleerd)",
        r"\bkunnen(?:\s+\w+)?\s+(?:niet|nooit|onmogelijk)\s+(?:\w+\s+)?(?:gehackt|gekraakt|gemanipuleerd)",
        r"\b(?:100|honderd)\s*(?:%|procent)\s+(?:veilig|zeker|waterdicht)",
        r"\b(?:volledig|absoluut|volkomen)\s+(?:veilig|waterdicht)",
        r"\bonmogelijk\s+te\s+(?:hacken|kraken|manipuleren)",
    ),
    "fr": (
        r"\b(?:impiratable|inviolable|infaillible|invuln[ée]rable)",
        r"\bne\s+(?:peut|peuvent)\s+(?:pas|jamais)\s+[êe]tre\s+(?:pirat|hack|manipul)",
        r"\b(?:100|cent)\s*(?:%|pour\s*cent)\s+(?:s[ûu]r|s[ée]curis|fiable)",
        r"\b(?:totalement|absolument|parfaitement)\s+(?:s[ûu]r|s[ée]curis|inviolable)",
        r"\bimpossible\s+(?:à|de)\s+(?:pirater|hacker|manipuler)",
    ),
    "de": (
        r"\b(?:unhackbar|unangreifbar|unfehlbar|unverwundbar)",
        r"\b(?:kann|k[öo]nnen)(?:\s+\w+)?\s+(?:nicht|nie|niemals|unm[öo]glich)\s+(?:\w+\s+)?(?:gehackt|geknackt|manipuliert)",
        r"\b(?:100|hundert)\s*(?:%|prozent)(?:ig)?\s+(?:sicher)",
        r"\b(?:absolut|v[öo]llig|vollkommen)\s+sicher",
        r"\bunm[öo]glich\s+zu\s+(?:hacken|knacken|manipulieren)",
    ),
    "en": (
        r"\b(?:unhackable|hack-?proof|tamper-?proof|invulnerable|infallible|bullet-?proof)",
        r"\b(?:cannot|can't|can\s+not|can\s+never|could\s+never|impossible\s+to)\s+(?:be\s+)?(?:hack|crack|tamper|manipulat|compromis|breach)",
        r"\b(?:100|a\s+hundred|one\s+hundred)\s*(?:%|per\s*cent)\s+(?:safe|secure|certain)",
        r"\b(?:completely|absolutely|totally|perfectly)\s+(?:safe|secure)",
    ),
}
_PATTERNS = {language: tuple(re.compile(one, re.IGNORECASE) for one in found) for language, found in _ABSOLUTE.items()}
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that claims what nobody can know: in which language, and the sentence."""

    language: str
    sentence: str


def absolute_claims(text: Mapping[str, str]) -> list[Claim]:
    """The sentences of the statement's own that claim that something cannot go wrong.

    What stands between quotation marks is the authority's, and answers for itself: the statement names whom it quotes, when and where.
    Each text is looked through in every language, since words travel.
    """
    found = []
    for language, words in text.items():
        for sentence in _SENTENCE.split(_QUOTES.sub("…", words)):
            if any(one.search(sentence) for patterns in _PATTERNS.values() for one in patterns):
                found.append(Claim(language, sentence.strip()))
    return found


def check(text: Mapping[str, str], *, authority: str, expires_at: datetime, now: datetime) -> None:
    """What must hold before a statement is approved. Raises Invalid: a language is missing, nobody is quoted, it has expired, it claims too much."""
    missing = [language for language in LANGUAGES if not text.get(language, "").strip()]
    if missing:
        raise Invalid("A statement is approved in four languages", missing=", ".join(missing))
    if not authority.strip():
        raise Invalid("Say which authority it quotes", field="authority")
    if expires_at <= now:
        raise Invalid("It has expired already", field="expires_at")
    claims = absolute_claims(text)
    if claims:
        raise Invalid(
            "It claims what nobody can promise: put it between quotation marks as the words of the authority, or leave it out",
            sentence=claims[0].sentence,
        )
