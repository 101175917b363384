"""Indicators in any text: addresses, hosts, digests and the like, written plainly or defanged (hxxp, [.], (dot), [at]).

What can be proven is proven: a host ends in a public suffix, a bitcoin address and an onion service carry their checksum. What it finds is a
proposal; a person decides. It never fails on a text, whatever is in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from paraat.formats.checksums import is_bitcoin, is_onion
from paraat.formats.idn import to_ascii
from paraat.formats.prose import Evidence, weigh
from paraat.formats.suffixes import is_top_level, registrable
from paraat.formats.target import refang
from paraat.kernel.networks import parse_address

LONGEST = 1000
"""Letters of a value; what is longer is no indicator that anybody can look for."""
AROUND = 80
"""Letters of context kept on either side."""


class Kind(StrEnum):
    """What kinds are recognised; the values of `Indicator.Kind`."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    HOST = "host"
    URL = "url"
    EMAIL = "email"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    CVE = "cve"
    BITCOIN = "bitcoin"
    ONION = "onion"


@dataclass(frozen=True, slots=True)
class Extract:
    """One indicator: its kind, its value plain and normalised, the line that it first stood on, and the words around it."""

    kind: Kind
    value: str
    line: int
    context: str


_DIGESTS = {32: Kind.MD5, 40: Kind.SHA1, 64: Kind.SHA256}
_AT = re.compile(r" ?[\[({] ?(?:at|@|ät) ?[\])}] ?", re.IGNORECASE)
_MARK = re.compile(
    r"[\[({] ?(?:\.|dot|punt|point|:|at|@)|\bh(?:xx|\*\*)p|\\\.|[\u200b-\u200d\u2060\ufeff\u00ad]", re.IGNORECASE
)
_DEFANGED = re.compile(r"[\[({]\s*(?:\.|dot|punt|point)\s*[\])}]|\bhxxp|\bh\*\*p", re.IGNORECASE)
_FIND = re.compile(
    r"""
    (?P<url>\b(?:https?|ftps?|sftp)://[^\s<>"'`«»“”|\\^{}]{3,2000})
    |(?P<cve>\bCVE-\d{4}-\d{4,7}(?![\w-]))
    |(?P<email>(?<![\w.+%-])[A-Za-z0-9][\w.+%-]{0,63}@(?:[\w-]{1,63}\.){1,10}[\w-]{2,63}(?![\w@-]))
    |(?P<ipv4>(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?[\w-]|@))
    |(?P<digest>(?<![\w/+=-])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![\w/+=-]))
    |(?P<ipv6>(?<![\w:.])(?=[0-9a-f:]*:[0-9a-f]*:)[0-9a-f:]{4,39}(?:\d\.\d{1,3}\.\d{1,3}\.\d{1,3})?(?![\w:]))
    |(?P<bitcoin>(?<!\w)(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71})(?!\w))
    |(?P<host>(?<![\w@.-])(?:[\w-]{1,63}\.){1,10}[\w-]{2,63}(?![\w@-]))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SPACE = re.compile(r"[\s,;|\"'<>]")
_RESERVED = frozenset({"example", "test"})
"""Top-level domains that nobody can own (RFC 2606): exercises use them, so they are found, and flagged."""
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def extract(text: str) -> list[Extract]:
    """Every indicator of a text, once, in the order of its first appearance."""
    marked = bool(_MARK.search(text))
    plain = plain_text(text) if marked else text
    sure = frozenset(_defanged_hosts(text)) if marked else frozenset[str]()
    starts = [found.start() for found in re.finditer("\n", plain)]
    seen: dict[tuple[Kind, str], Extract] = {}
    known: set[tuple[str, str]] = set()  # what was written before, with the letter after it, is not weighed again
    for match in _FIND.finditer(plain):
        written = match[0], plain[match.end() : match.end() + 1]
        if written in known:
            continue
        known.add(written)
        for kind, value in _named(match, plain, sure):
            if (kind, value) not in seen and len(value) <= LONGEST:
                line = bisect_right(starts, match.start()) + 1
                seen[kind, value] = Extract(kind, value, line, _around(plain, match.start(), match.end()))
    return list(seen.values())


def plain_text(text: str) -> str:
    """The text with what people did to it so that nobody clicks undone."""
    return refang(_AT.sub("@", text))


def defang(kind: str, value: str) -> str:
    """A value as a screen shows it: nothing that a program makes a link of."""
    if kind == Kind.URL:
        scheme, _, rest = value.partition("://")
        server, slash, path = rest.partition("/")
        return f"{scheme.replace('tt', 'xx', 1).replace('ftp', 'fxp')}[://]{server.replace('.', '[.]')}{slash}{path}"
    if kind == Kind.EMAIL:
        return value.replace("@", "[at]").replace(".", "[.]")
    if kind == Kind.IPV6:
        return value.replace(":", "[:]", 1)
    return value.replace(".", "[.]") if kind in {Kind.IPV4, Kind.HOST, Kind.ONION} else value


def host_of(kind: str, value: str) -> str:
    """The host or address that a value is about; empty when it is about none."""
    if kind == Kind.URL:
        server = value.partition("://")[2].partition("/")[0].rpartition("@")[2]
        return server.partition("]")[0][1:] if server.startswith("[") else server.partition(":")[0]
    if kind == Kind.EMAIL:
        return value.rpartition("@")[2]
    return value if kind in {Kind.IPV4, Kind.IPV6, Kind.HOST, Kind.ONION} else ""


def is_reserved(kind: str, value: str) -> bool:
    """Whether it points at nothing in the outside world: private, loopback, multicast and documentation addresses, names that nobody can own."""
    host = host_of(kind, value)
    address = parse_address(host) if host else None
    if address is not None:
        return not address.is_global or address.is_multicast
    return host.rpartition(".")[2] in _RESERVED or registrable_of(host) in {"example.com", "example.net", "example.org"}


def registrable_of(host: str) -> str:
    """The domain that somebody registered, empty when there is none."""
    return (registrable(host) or "") if "." in host else ""


def _named(match: re.Match[str], text: str, sure: frozenset[str]) -> Iterator[tuple[Kind, str]]:
    """What one match names; nothing when it only looked like it."""
    written, group = match[0], match.lastgroup
    if group == "url":
        yield from _url(written)
    elif group == "cve":
        yield Kind.CVE, written.upper()
    elif group == "email":
        user, _, server = written.rpartition("@")
        host = _host(server)
        if host:
            yield Kind.EMAIL, f"{user.lower()}@{host}"
    elif group in {"ipv4", "ipv6"}:
        yield from _address(written)
    elif group == "digest":
        yield _DIGESTS[len(written)], written.lower()
    elif group == "bitcoin":
        if is_bitcoin(written):
            yield Kind.BITCOIN, written.lower() if written[:3].lower() == "bc1" else written
    else:
        yield from _server(written, text, match.start(), match.end(), sure)


def _url(written: str) -> Iterator[tuple[Kind, str]]:
    whole = _trimmed(written)
    scheme, _, rest = whole.partition("://")
    server, path = _split(rest)
    login, at, where = server.rpartition("@")
    name, port = _port(where)
    host = _host(name) or _onion(name) or _literal(name)
    if not host:
        return
    shown = f"[{host}]" if ":" in host else host
    yield Kind.URL, f"{scheme.lower()}://{login}{at}{shown}{port}{path}"
    yield from _of_host(host)


def _split(rest: str) -> tuple[str, str]:
    cut = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return rest[:cut], rest[cut:]


def _port(where: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)(:\d{1,5})?", where, re.DOTALL)
    assert found is not None  # noqa: S101  # both parts may be empty
    return found[1], found[2] or ""


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a bracket stays when it was opened within."""
    while url and (
        url[-1] in ".,;:!?*_~'…" or (url[-1] in _CLOSERS and url.count(url[-1]) > url.count(_CLOSERS[url[-1]]))
    ):
        url = url[:-1]
    return url


def _of_host(host: str) -> Iterator[tuple[Kind, str]]:
    address = parse_address(host)
    if address is not None:
        yield Kind.IPV4 if address.version == 4 else Kind.IPV6, str(address)
    else:
        yield Kind.ONION if host.endswith(".onion") else Kind.HOST, host


def _address(written: str) -> Iterator[tuple[Kind, str]]:
    found = parse_address(written)
    if found is not None and int(found) and (found.version == 4 or written.strip(":")):
        yield Kind.IPV4 if found.version == 4 else Kind.IPV6, str(found)


def _literal(name: str) -> str:
    found = parse_address(name)
    return str(found) if found is not None else ""


def _server(written: str, text: str, start: int, end: int, sure: frozenset[str]) -> Iterator[tuple[Kind, str]]:
    onion = _onion(written)
    if onion:
        yield Kind.ONION, onion
        return
    if written.rpartition(".")[2].lower() in _RESERVED:
        found = to_ascii(written)
    else:
        address = written.lower() in sure or text[end : end + 1] in {"/", ":"}
        weighed = weigh(written, Evidence(address, False, text[max(0, start - 12) : start], text[end : end + 24]))
        found = weighed.target.host if weighed and weighed.target else None
    if found and not found.endswith(".onion") and (registrable_of(found) or found.rpartition(".")[2] in _RESERVED):
        yield Kind.HOST, found


def _host(name: str) -> str:
    """The host, if it ends in a suffix below which names are registered."""
    found = to_ascii(name)
    if not found:
        return ""
    top = found.rpartition(".")[2]
    if top in _RESERVED:
        return found
    return found if top != "onion" and is_top_level(top) and registrable_of(found) else ""


def _onion(name: str) -> str:
    lower = name.lower()
    return lower if lower.endswith(".onion") and is_onion(lower.split(".")[-2]) else ""


def _defanged_hosts(text: str) -> Iterator[str]:
    """Names that somebody made harmless: whoever does that means a host, also where its ending is that of a file."""
    done = 0
    for found in _DEFANGED.finditer(text):
        if found.start() < done:
            continue
        low, high = max(0, found.start() - 100), found.end() + 300
        begin = max((space.end() for space in _SPACE.finditer(text, low, found.start())), default=low)
        stop = _SPACE.search(text, found.end(), high)
        done = stop.start() if stop else min(high, len(text))
        word = plain_text(text[begin:done])
        yield _split(word.partition("://")[2] or word)[0].partition(":")[0].strip(".()[]{}").lower()


def _around(text: str, start: int, end: int) -> str:
    """The line around it, cut, without what cannot be kept or shown."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    begin, stop = text.rfind("\n", low, start), text.find("\n", end, high)
    words = text[begin + 1 if begin >= 0 else low : stop if stop >= 0 else high]
    return "".join(letter if letter.isprintable() else " " for letter in words).strip()[:500]
