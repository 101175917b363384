"""Names of organisations in host names: `eupen-auth.guichet-citoyen.be` perhaps concerns Eupen. Never more than perhaps."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paraat.formats.suffixes import registrable
from paraat.kernel.hosts import to_unicode
from paraat.observations.rules.assets import Owner, rank

SHORTEST = 4  # letters of a name that may stand among others in a label; three when it is the whole label
LONGEST_RUN = 6  # words
TELLING = 6  # letters of a name that may be found inside a word
HOME = ("be", "vlaanderen", "brussels", "gent")
OPEN = frozenset({"com", "net", "org", "eu", "info", "biz", "online", "site", "app", "dev", "io"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SPLIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names of municipalities, provinces and districts, run together ("sintgenesiusrode"), each with the organisations that bear it."""

    bearers: Mapping[str, tuple[int, ...]]
    inside: re.Pattern[str] | None

    def in_label(self, label: str) -> set[int]:
        """The organisations whose name stands in `label` as a word or several."""
        words = [word for word in _SPLIT.split(_folded(label)) if word]
        found: set[int] = set()
        for run, whole in _runs(words):
            if len(run) >= SHORTEST or (whole and len(run) == SHORTEST - 1):
                found.update(self.bearers.get(run, ()))
        return found

    def whole(self, label: str) -> set[int]:
        """The organisations whose name `label` is."""
        return set(self.bearers.get("".join(_SPLIT.split(_folded(label))), ()))

    def inside_of(self, label: str) -> set[int]:
        """The organisations whose name stands anywhere in `label`: too weak to say perhaps, enough to have a person look."""
        if self.inside is None:
            return set()
        names = self.inside.findall(_folded(label))
        return {place for name in names for place in self.bearers.get(name, ())}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the labels of one host say: who is perhaps concerned, whether somebody should look at it, and of whom it makes one think."""

    perhaps: frozenset[int]
    belgian: bool
    hints: frozenset[int]


def make_known_names(owners: Sequence[Owner]) -> KnownNames:
    """The names to look for. Other bodies have names of common words; only places are looked for."""
    bearers: defaultdict[str, set[int]] = defaultdict(set)
    for place, owner in enumerate(owners):
        if rank(owner.kind) == 0 or owner.kind == "district":
            for name in owner.names:
                for folded in spellings(name):
                    bearers[folded].add(place)
    telling = sorted((re.escape(name) for name in bearers if len(name) >= TELLING), key=len, reverse=True)
    inside = re.compile("|".join(telling)) if 0 < len(telling) <= 5000 else None
    return KnownNames({name: tuple(sorted(places)) for name, places in bearers.items() if len(name) > 2}, inside)


def spellings(name: str) -> set[str]:
    """How a name may stand in a host name: run together, umlauts both ways."""
    if name.isascii():
        return {"".join(_SPLIT.split(name.lower()))} - {""}
    lower = unicodedata.normalize("NFC", name).lower()
    return {"".join(_SPLIT.split(_plain(way))) for way in (lower, lower.translate(_UMLAUTS))} - {""}


def read_labels(host: str, known: KnownNames, owned: str | None) -> Reading:
    """What the labels of `host` say; `owned` is the domain of it that somebody has, whose labels say nothing new."""
    base = owned if owned and host.endswith(owned) else registrable(host) or host
    above = host[: -len(base)].rstrip(".").split(".") if host != base else []
    own, _, top = base.partition(".")
    perhaps = {place for label in above for place in known.in_label(label)}
    belgian = host.rpartition(".")[2] in HOME
    if _foreign(host):
        return Reading(frozenset(), belgian, frozenset(perhaps))
    if owned:
        return Reading(frozenset(perhaps), belgian, frozenset(perhaps))
    if belgian:
        perhaps |= known.whole(own)
    hints = perhaps | known.in_label(own)
    if belgian or top in OPEN:
        hints |= known.inside_of(own)
    return Reading(frozenset(perhaps), belgian, frozenset(hints))


def _foreign(host: str) -> bool:
    """Whether the host lies under another country: Ham and Mol are words elsewhere, so a name there is a hint and no more."""
    top = host.rpartition(".")[2]
    return len(top) == 2 and top not in {*HOME, "eu"}


def _runs(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    for begin in range(len(words)):
        for end in range(begin + 1, min(len(words), begin + LONGEST_RUN) + 1):
            yield "".join(words[begin:end]), end - begin == len(words)


def _folded(label: str) -> str:
    return _plain(to_unicode(label).translate(_UMLAUTS))


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def names_of(places: Iterable[int], owners: Sequence[Owner]) -> list[str]:
    """First names of some organisations, for people."""
    return [owners[place].names[0] for place in places if owners[place].names]
