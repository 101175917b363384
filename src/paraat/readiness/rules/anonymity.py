"""Whether a text gives away whom it speaks of: names, domains, addresses, contacts and numbers, also bent, hidden or taken apart."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
_WORDS = "balen bergen bever bouillon celles clavier duffel essen halen landen lessen linter manage menen namen putte silly voeren wellen"
ORDINARY = frozenset(_WORDS.split())
"""Names of municipalities that are words of a language too: among many names they count with their capital only."""
_ENDING = re.compile(r"(en|e)?(s|se|er|ers|erse|isch|ische|aar|aars|naar|naars)?")
"""What is put behind a name: Leuvense, Aalsters, Eupener, Antwerpenaar."""
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
    many: bool = False  # it may be any of hundreds: then an ordinary word, or a surname alone, is no clue


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One word that gives it away, and where it stands."""

    clue: Clue
    word: str
    places: tuple[str, ...] = field(default=(), compare=False)


def clues(texts: Mapping[str, str], known: Known) -> tuple[Hit, ...]:
    """What in `texts` (place, such as "title (nl)", to text) gives `known` away: each word once, with all its places."""
    found: dict[str, Hit] = {}
    plain = {place: _plain(text) for place, text in texts.items()}
    sought = possible("\n".join(plain.values()), known)
    for place, text in plain.items():
        for clue, word in _in(text, sought):
            before = found.get(word.casefold(), Hit(clue, word))
            places = (*before.places, place) if place not in before.places else before.places
            found[word.casefold()] = Hit(before.clue, before.word, places)
    return tuple(sorted(found.values()))


def possible(text: str, known: Known) -> Known:
    """Only what of `known` can stand in this plain text: of thousands of names hardly any does, and to look for each properly takes long.
    Nothing that `clues` would find is left out."""
    lower, folded = text.casefold(), _fold(text)
    letters, digits, signs = _squeezed(folded), re.sub(r"\D", "", text), re.sub(r"[\W_]", "", lower)
    return replace(
        known,
        names=tuple(one for one in known.names if _core(one) in letters),
        domains=tuple(one for one in known.domains if _own(_host(one)) in lower),
        networks=known.networks if _address.search(text) else (),
        contacts=tuple(one for one in known.contacts if _may_be_contacted(one, lower, digits, many=known.many)),
        numbers=tuple(one for one in known.numbers if "".join(_parts(one)) in signs),
    )


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


def _squeezed(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _core(name: str) -> str:
    """What stands in every text that holds the name, however it ends."""
    core = _squeezed(_fold(name.strip()))
    return core[:-2] if len(core) >= SHORT else core


def _may_be_contacted(contact: str, lower: str, digits: str, *, many: bool) -> bool:
    if "@" in contact:
        return contact.casefold() in lower
    if _TELEPHONE.fullmatch(contact):
        return _last(contact) in digits
    enough = all if many else any
    return enough(word.casefold() in lower for word in _word.findall(contact))


def _in(text: str, known: Known) -> Iterable[tuple[Clue, str]]:
    for name in known.names:
        yield from ((Clue.NAME, word) for word in _named(text, name, many=known.many))
    for domain in known.domains:
        yield from ((Clue.DOMAIN, word) for word in _domain(text, domain, many=known.many))
    yield from ((Clue.ADDRESS, word) for word in _addressed(text, known.networks))
    for contact in known.contacts:
        yield from ((Clue.CONTACT, word) for word in _contacted(text, contact, many=known.many))
    for number in known.numbers:
        yield from ((Clue.NUMBER, word) for word in _numbered(text, number))


def _named(text: str, name: str, *, many: bool) -> Iterable[str]:
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
    if many:
        yield from {word for word in _word.findall(text) if _is_made_of(word, folded)}
        return
    stem = folded[:-2] if len(folded) >= STEM else folded
    yield from {word for word in _word.findall(text) if _fold(word).startswith(stem)}


def _is_made_of(word: str, name: str) -> bool:
    """Whether a word is one name of many: written so and no ordinary word, or with a capital, also with what is put behind a name."""
    plain, capital = _fold(word), word[0].isupper()
    if plain == name:
        return capital or name not in ORDINARY
    stem = name.removesuffix("en") if name.endswith("en") else name.removesuffix("e")
    return capital and plain.startswith(stem) and _ENDING.fullmatch(plain.removeprefix(stem)) is not None


def _host(domain: str) -> str:
    return domain.strip().casefold().removeprefix("www.").split("/")[0]


def _own(host: str) -> str:
    """The part of a host that its owner chose."""
    return host.split(".")[-2] if host.count(".") else host


def _domain(text: str, domain: str, *, many: bool) -> Iterable[str]:
    """The domain, a host below it, or its own part alone (gemeentemol)."""
    host = _host(domain)
    if not host:
        return
    yield from {found[0] for found in re.finditer(rf"[\w.@-]*\b{re.escape(host)}\b", text.casefold())}
    own = _own(host)
    if len(own) >= SHORT and not (many and own in ORDINARY):
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


_TELEPHONE = re.compile(r"[+\d\s./()-]{6,}")


def _last(number: str) -> str:
    return re.sub(r"\D", "", number)[-8:]


def _contacted(text: str, contact: str, *, many: bool) -> Iterable[str]:
    """A mail address, a telephone number however it is written, or a person's name; never the words of a function."""
    if "@" in contact:
        yield from {contact.casefold()} if contact.casefold() in text.casefold() else ()
    elif _TELEPHONE.fullmatch(contact):
        loose = r"[\s./()-]*".join(_last(contact))
        yield from {found[0].strip() for found in re.finditer(rf"[+\d\s./()-]*{loose}", text)}
    elif many:
        yield from _called(text, contact)
    else:
        for word in _word.findall(contact):
            if len(word) >= 4 and word[0].isupper() and _fold(word) not in COMMON:
                yield from {found[0] for found in re.finditer(rf"\b{re.escape(word)}\b", text)}


def _called(text: str, contact: str) -> Iterable[str]:
    """The whole name of a person, of which at least two words are no words of a function."""
    words = _word.findall(contact)
    if sum(word[0].isupper() and not word.isupper() and _fold(word) not in COMMON for word in words) >= 2:
        loose = r"[\W_]+".join(map(re.escape, words))
        yield from {found[0] for found in re.finditer(rf"\b{loose}\b", text)}


def _parts(number: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", number.casefold())


def _numbered(text: str, number: str) -> Iterable[str]:
    """A number, with whatever separates its parts."""
    parts = _parts(number)
    if parts:
        loose = r"[\s./-]*".join(map(re.escape, parts))
        yield from {found[0] for found in re.finditer(rf"(?<![\w]){loose}(?![\w])", text.casefold())}
