"""The official web site of a Belgian municipality is www.<name>.be for all but a handful; the rest is data (`registry/data/sites.csv`)."""

from __future__ import annotations

import re
import unicodedata

from paraat.formats.idn import to_ascii

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_DROPPED = re.compile(r"[^a-z0-9-]")


def sites_of(name: str) -> tuple[str, ...]:
    """The domains that the rule gives for a municipality's name, most likely first; umlauts every way in which they are written.

    Büllingen: buellingen.be, bullingen.be and the name as it is. De Haan: dehaan.be. Braine-l'Alleud: braine-lalleud.be.
    """
    lower = unicodedata.normalize("NFC", name.strip().lower())
    written = [lower.translate(_UMLAUTS), lower]
    domains = [f"{bare}.be" for bare in map(_plain, written) if bare]
    if lower.translate(_UMLAUTS) != lower:
        domains.append(to_ascii(f"{lower.replace(' ', '')}.be") or "")
    return tuple(dict.fromkeys(domain for domain in domains if domain))


def _plain(text: str) -> str:
    """Letters, digits and hyphens: accents, apostrophes and spaces go."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _DROPPED.sub("", bare).strip("-")
