"""The cells of a register, one by one: text in, value out; ValueError says in plain words what is wrong."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from paraat.formats import kbo as enterprise
from paraat.formats.idn import to_ascii
from paraat.formats.registry_columns import KINDS, LANGUAGES, PROVINCES, REGIONS, STATUSES, lookup, plain

_SEPARATORS = re.compile(r"[;|,\s]+")
_MAIL = re.compile(r"[^@\s\"<>]{1,64}@([^@\s]+)")
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d")
NO_SITE = frozenset({"geenwebsite.be", "geenwebsite", "geen", "none", "aucun", "nvt", "n/a", "-", "/", "keine"})
"""What registers write where there is no site; www.geenwebsite.be ("no website") stands in the Flemish one."""

_kinds, _statuses, _languages = lookup(KINDS), lookup(STATUSES), lookup(LANGUAGES)
_provinces, _regions = lookup(PROVINCES), lookup(REGIONS)


@dataclass(frozen=True, slots=True)
class AssetValue:
    """An asset as a file gives it, normalised: domain, host, network, asn, email_domain or page. `stale`: the file itself doubts it."""

    kind: str
    value: str
    stale: bool = False


def parts(text: str) -> list[str]:
    """The values of a cell that holds several."""
    return [part for part in _SEPARATORS.split(text) if part]


def kind(text: str) -> str:
    """The kind of organisation that a word or code means."""
    found = _kinds.get(plain(text))
    if found is None:
        raise ValueError(f"unknown type: {text}")
    return found


def status(text: str) -> str:
    """active, inactive or being_formed."""
    found = _statuses.get(plain(text))
    if found is None:
        raise ValueError(f"unknown status: {text}")
    return found


def languages(text: str) -> list[str]:
    """Language codes, in the order given, each once."""
    found = []
    for part in re.split(r"[;|,/+\s]+", text):
        if part and plain(part) not in _languages:
            raise ValueError(f"unknown language: {part}")
        if part:
            found.append(_languages[plain(part)])
    return list(dict.fromkeys(found))


def kbo(text: str) -> str:
    """An enterprise number that passes its check."""
    number = enterprise.tidy(text)
    if not enterprise.is_kbo(number):
        raise ValueError(f"not a valid enterprise number (check digits): {text}")
    return number


def nis(text: str) -> str:
    """A NIS code: five digits."""
    code = text.strip()
    if not re.fullmatch(r"[0-9]{5}", code):
        raise ValueError(f"not a NIS code of five digits: {text}")
    return code


def province(text: str) -> str:
    """A province's NIS code, from the code or the name. Brussels has none."""
    if plain(text) in _regions and _regions[plain(text)] == "04000":
        return ""
    found = _provinces.get(plain(text))
    if found is None:
        raise ValueError(f"unknown province: {text}")
    return found


def region(text: str) -> str:
    """A region's NIS code, from the code (also without its zero) or the name."""
    found = _regions.get(plain(text))
    if found is None:
        raise ValueError(f"unknown region: {text}")
    return found


def count(text: str) -> int:
    """A whole number, with or without thousands separators."""
    bare = re.sub(r"[\s.,\u00a0\u202f']", "", text)
    if not bare.isdecimal() or len(bare) > 9:
        raise ValueError(f"not a number: {text}")
    return int(bare)


def day(text: str) -> date:
    """A date, 2025-01-01 or 1/1/2025 (day first)."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip()[:10], form).date()  # a day has no zone
        except ValueError:
            continue
    raise ValueError(f"not a date: {text}")


def switch(text: str) -> bool:
    """yes or no."""
    return status(text) == "active"


def site(text: str, *, stale: bool = False) -> AssetValue | None:
    """What a website tells: its domain when the whole site is meant, a page when it has a path; None where the cell says there is no site."""
    given = text.strip()
    if given.casefold() in NO_SITE:
        return None
    address = urlsplit(given if "://" in given else f"//{given}", scheme="https")
    host = to_ascii(address.hostname or "")
    if host is None or address.scheme not in {"http", "https"}:
        raise ValueError(f"not a web address: {text}")
    if _domain(host) in NO_SITE:
        return None
    path = address.path.rstrip("/") + (f"?{address.query}" if address.query else "")
    if path:
        return AssetValue("page", f"{host}{path}"[:300], stale)
    return AssetValue("domain", _domain(host), stale)


def domain(text: str) -> str:
    """A domain, normalised; of a site's host without its www."""
    return _domain(host(text))


def _domain(host: str) -> str:
    """The domain that a site's host speaks for: without www, when something is left."""
    rest = host.removeprefix("www.")
    return rest if "." in rest else host


def host(text: str) -> str:
    """A host name, normalised."""
    found = to_ascii(text.partition("://")[2].partition("/")[0] if "://" in text else text.removeprefix("@"))
    if found is None:
        raise ValueError(f"not a host name: {text}")
    return found


def network(text: str) -> str:
    """An IP network or address, v4 or v6, as CIDR."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise ValueError(f"not an IP network: {text}") from error


def asn(text: str) -> str:
    """The number of an autonomous system."""
    bare = text.strip().upper().removeprefix("AS")
    if not bare.isdecimal() or not 0 < int(bare) < 2**32:
        raise ValueError(f"not an AS number: {text}")
    return str(int(bare))


def mail(text: str) -> str:
    """A mail address, its domain normalised."""
    given = text.strip().removeprefix("mailto:")
    match = _MAIL.fullmatch(given)
    domain = to_ascii(match[1]) if match else None
    if domain is None:
        raise ValueError(f"not a mail address: {text}")
    return f"{given.partition('@')[0]}@{domain}"


def phone(text: str) -> str:
    """A telephone number in international form; a national one is Belgian."""
    bare = re.sub(r"[\s./()\-\u00a0]", "", text.replace("(0)", ""))
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif bare.startswith("0"):
        bare = f"+32{bare[1:]}"
    elif bare.isdecimal() and len(bare) in {8, 9} and bare[0] != "0":
        bare = f"+32{bare}"  # a spreadsheet ate the zero
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", bare):
        raise ValueError(f"not a telephone number: {text}")
    return bare


def assets(field: str, text: str) -> Iterator[AssetValue]:
    """The assets of a cell of `domains`, `hosts`, `networks`, `asns` or `email_domains`."""
    reader, name = {
        "domains": (domain, "domain"),
        "hosts": (host, "host"),
        "networks": (network, "network"),
        "asns": (asn, "asn"),
        "email_domains": (host, "email_domain"),
    }[field]
    for part in parts(text):
        yield AssetValue(name, reader(part))
