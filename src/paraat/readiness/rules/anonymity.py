"""Whether a text gives away whom it speaks of: names, domains, addresses, contacts and numbers, also bent, hidden or taken apart."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SHORT = 5
"""Names with fewer letters (Mol, Ham, As) are words of the language too: they count as written, with their capital, and whole."""
STEM = 7
"""From so many letters on a name counts without its last two: Antwerpse, Antwerps."""
_FUNCTIONS = (
    "spoc deputy head administration officer service desk team helpdesk dienst diensthoofd directeur algemeen algemene burgemeester secretaris "
    "verantwoordelijke informatica informatique chef adjoint suppleant commune ville gemeente stad leiter stellvertreter verwaltung gemeinde "
    "call on-call contact point single security cyber data protection"
)
COMMON = frozenset(_FUNCTIONS.split())
"""Words of functions: a contact that is only a function gives nobody away."""
_word = re.compile(r"[^\W_]+")
_address = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])", re.IGNORECASE
)


class Clue(StrEnum):
    """What kind of thing gives it away."""

    NAME = "name"
    DOMAIN = "domain"
    ADDRESS = "address"
    CONTACT = "contact"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of whom must not be recognised."""

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()  # domains, hosts, domains of mail, pages
    networks: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()  # names of people, mail addresses, telephone numbers
    numbers: tuple[str, ...] = ()  # of the case, of its reports, NIS, KBO


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One word that gives it away, and where it stands."""

    clue: Clue
    word: str
    places: tuple[str, ...] = field(default=(), compare=False)


def clues(texts: Mapping[str, str], known: Known) -> tuple[Hit, ...]:
    """What in `texts` (place, such as "title (nl)", to text) gives `known` away: each word once, with all its places."""
    found: dict[str, Hit] = {}
    for place, text in texts.items():
        for clue, word in _in(_plain(text), known):
            before = found.get(word.casefold(), Hit(clue, word))
            places = (*before.places, place) if place not in before.places else before.places
            found[word.casefold()] = Hit(before.clue, before.word, places)
    return tuple(sorted(found.values()))


def unsaid(hits: Iterable[Hit], cleared: Iterable[str]) -> tuple[Hit, ...]:
    """The hits for which nobody said why they may stand."""
    said = {word.casefold() for word in cleared}
    return tuple(hit for hit in hits if hit.word.casefold() not in said)


def _plain(text: str) -> str:
    """As it would be without what hides it: invisible letters, full-width ones, `[.]`, `hxxp`, ` at `."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    plain = re.sub(r"\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*", ".", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\s*[\[({]\s*(?:@|at)\s*[\])}]\s*", "@", plain, flags=re.IGNORECASE)
    return re.sub(r"[\[({]\s*:\s*[\])}]", ":", plain)


def _fold(text: str) -> str:
    """Without case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _in(text: str, known: Known) -> Iterable[tuple[Clue, str]]:
    for name in known.names:
        yield from ((Clue.NAME, word) for word in _named(text, name))
    for domain in known.domains:
        yield from ((Clue.DOMAIN, word) for word in _domain(text, domain))
    yield from ((Clue.ADDRESS, word) for word in _addressed(text, known.networks))
    for contact in known.contacts:
        yield from ((Clue.CONTACT, word) for word in _contacted(text, contact))
    for number in known.numbers:
        yield from ((Clue.NUMBER, word) for word in _numbered(text, number))


def _named(text: str, name: str) -> Iterable[str]:
    """The words of the text that are the name, or that are made of it."""
    plain = name.strip()
    if not plain:
        return
    if len(plain) < SHORT:
        yield from {found[0] for found in re.finditer(rf"\b{re.escape(plain)}\b", text)}
        return
    folded = _fold(plain)
    if " " in folded or "-" in folded:  # Sint-Niklaas, Sint Niklaas, SintNiklaas
        parts = r"[\s\-]*".join(re.escape(part) for part in re.split(r"[\s\-]+", folded))
        yield from {found[0] for found in re.finditer(rf"\b{parts}\w*", _fold(text))}
        return
    stem = folded[:-2] if len(folded) >= STEM else folded
    yield from {word for word in _word.findall(text) if _fold(word).startswith(stem)}


def _domain(text: str, domain: str) -> Iterable[str]:
    """The domain, a host below it, or its own part alone (gemeentemol)."""
    host = domain.strip().casefold().removeprefix("www.").split("/")[0]
    if not host:
        return
    yield from {found[0] for found in re.finditer(rf"[\w.@-]*\b{re.escape(host)}\b", text.casefold())}
    own = host.split(".")[-2] if host.count(".") else host
    if len(own) >= SHORT:
        yield from {word for word in _word.findall(text.casefold()) if word == own}


def _addressed(text: str, networks: Iterable[str]) -> Iterable[str]:
    """Addresses within one of the networks."""
    known = [network for one in networks if (network := _network(one))]
    for found in set(_address.findall(text)) if known else ():
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if any(address in network for network in known):
            yield found


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _contacted(text: str, contact: str) -> Iterable[str]:
    """A mail address, a telephone number however it is written, or a person's name; never the words of a function."""
    if "@" in contact:
        yield from {contact.casefold()} if contact.casefold() in text.casefold() else ()
    elif re.fullmatch(r"[+\d\s./()-]{6,}", contact):
        digits = re.sub(r"\D", "", contact)[-8:]
        loose = r"[\s./()-]*".join(digits)
        yield from {found[0].strip() for found in re.finditer(rf"[+\d\s./()-]*{loose}", text)}
    else:
        for word in _word.findall(contact):
            if len(word) >= 4 and word[0].isupper() and _fold(word) not in COMMON:
                yield from {found[0] for found in re.finditer(rf"\b{re.escape(word)}\b", text)}


def _numbered(text: str, number: str) -> Iterable[str]:
    """A number, with whatever separates its parts."""
    parts = re.findall(r"[a-z]+|\d+", number.casefold())
    if parts:
        loose = r"[\s./-]*".join(map(re.escape, parts))
        yield from {found[0] for found in re.finditer(rf"(?<![\w]){loose}(?![\w])", text.casefold())}
