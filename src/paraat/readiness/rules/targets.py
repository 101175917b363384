"""What somebody may name as a target, read strictly: what could be understood in two ways is not read at all.

A host (whatever its case or script), a host with everything below it (`*.ronse.be`), a part of a web site, an address, a network or a range.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from paraat.formats.idn import to_ascii
from paraat.kernel.networks import Interval, parse_address, parse_network

HOST, BELOW, PAGE, NETWORK = "host", "below", "page", "network"
_UNSAFE = re.compile(r"[\s\\@\x00-\x1f\x7f<>\"^`{|}]")
_NUMERIC = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*", re.IGNORECASE)
_SCHEMES = {
    "http",
    "https",
    "ftp",
    "ssh",
    "rdp",
    "smb",
    "ldap",
    "ldaps",
    "imap",
    "imaps",
    "smtp",
    "smtps",
    "ws",
    "wss",
    "",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A target as it is compared: `host` of a host, below or page; `path` of a page; `interval` of a network or address."""

    kind: str
    host: str = ""
    path: str = ""
    interval: Interval | None = None

    @property
    def shown(self) -> str:
        """As a person reads it back."""
        return {HOST: self.host, BELOW: f"*.{self.host}", PAGE: f"{self.host}{self.path}"}.get(self.kind, "")


def read(text: str) -> Target | None:
    """The target that `text` names, or None: it is unreadable, or two programs could read it differently (userinfo, backslashes, numbers
    that some programs take for addresses)."""
    given = text.strip()
    if not given or len(given) > 300 or _UNSAFE.search(given):
        return None
    if "://" not in given:
        interval = _interval(given)
        if interval is not None:
            return Target(NETWORK, interval=interval)
        if given.startswith("*."):
            host = to_ascii(given[2:])
            return Target(BELOW, host) if host else None
    return _web(given)


def _interval(given: str) -> Interval | None:
    if "%" in given:  # an interface of one machine, or an escape
        return None
    address = parse_address(given)
    if address is not None:
        return Interval(address.version, int(address), int(address))
    return parse_network(given)


def _web(given: str) -> Target | None:
    try:
        parts = urlsplit(given if "://" in given else f"//{given}")
        name = parts.hostname or ""
        parts.port  # noqa: B018  # raises for what is no port
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES:
        return None
    address = parse_address(name)
    if address is not None:
        return Target(NETWORK, interval=Interval(address.version, int(address), int(address)))
    host = to_ascii(unquote(name)) if "%" not in name else None
    if host is None or _NUMERIC.fullmatch(host):
        return None
    path = tidy_path(parts.path)
    return Target(PAGE, host, path) if path != "/" else Target(HOST, host)


def tidy_path(path: str) -> str:
    """A path without escapes, parameters (`;v=1`, which servers take for the same page), empty or dotted segments and without a slash at its end;
    "/" for the whole site."""
    for _round in range(3):  # escapes of escapes: what a server may undo twice
        path = unquote(path)
    path = re.sub(r";[^/]*", "", path)
    tidied = posixpath.normpath("/" + path.replace("\\", "/").lstrip("/"))
    return tidied if tidied != "." else "/"


def of_entry(kind: str, value: str) -> Target | None:
    """A line of the scope as a target: a domain stands for itself and all below it, which `covers` knows by its kind."""
    if kind == NETWORK:
        interval = parse_network(value)
        return Target(NETWORK, interval=interval) if interval else None
    if kind == PAGE:
        host, _, path = value.partition("/")
        return Target(PAGE, host, tidy_path(path.partition("?")[0]))
    return Target(HOST, value)


def covers(kind: str, value: str, target: Target) -> bool:
    """Whether a line (its kind: domain, host, page or network) holds the whole target."""
    line = of_entry(kind, value)
    if line is None:
        return False
    if line.interval is not None or target.interval is not None:
        return _inside(target.interval, line.interval)
    if kind == "domain":
        return target.host == line.host or target.host.endswith("." + line.host)
    if kind == PAGE:
        exactly = target.path == line.path or target.path.startswith(line.path.rstrip("/") + "/")
        return target.kind == PAGE and target.host == line.host and exactly
    return target.kind in {HOST, PAGE} and target.host == line.host


def touches(kind: str, value: str, target: Target) -> bool:
    """Whether a line and the target have anything in common, so that testing the target could reach it."""
    line = of_entry(kind, value)
    if line is None:
        return False
    if line.interval is not None or target.interval is not None:
        return _overlap(target.interval, line.interval)
    if covers(kind, value, target):
        return True
    if target.kind == BELOW:
        return line.host == target.host or line.host.endswith("." + target.host)
    if kind == PAGE and line.host == target.host:
        return target.kind == HOST or below_path(line.path, target.path) or below_path(target.path, line.path)
    return kind != PAGE and line.host == target.host


def below_path(path: str, above: str) -> bool:
    """Whether a path is `above` or lies below it; small and capital letters count as the same, which some servers think too."""
    path, above = path.casefold(), above.casefold()
    return above == "/" or path == above or path.startswith(above + "/")


def _inside(small: Interval | None, large: Interval | None) -> bool:
    if small is None or large is None or small.version != large.version:
        return False
    return large.low <= small.low and small.high <= large.high


def _overlap(one: Interval | None, other: Interval | None) -> bool:
    if one is None or other is None or one.version != other.version:
        return False
    return one.low <= other.high and other.low <= one.high
