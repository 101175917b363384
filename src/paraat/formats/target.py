"""One target as a list writes it: a host, an address, a URL, "a.be/a.be", a port behind a colon, a mail address, defanged or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paraat.formats.idn import to_ascii
from paraat.kernel.networks import parse_address, parse_network

_DOT = re.compile(
    r"\s?(?:\[\s*(?:\.|dot|punt|point|точка)\s*\]|\(\s*(?:\.|dot|punt|point|точка)\s*\)|\{\s*(?:\.|dot)\s*\})\s?|\\\.",
    re.I,
)
_COLON = re.compile(r"\[:\]|\[://\]")
_SCHEME = re.compile(r"^\s*(?:[a-z][a-z0-9+.\-*]{1,9}\s?:\s?/{1,3})", re.I)
_PORT = re.compile(r"^(.*):(\d{1,5})$")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass(frozen=True, slots=True)
class Target:
    """What one target names. At least one of `host`, `ip` and `email` is given."""

    host: str | None = None
    ip: str | None = None
    ip4: int | None = None
    prefix: int | None = None
    port: int | None = None
    path: str | None = None
    email: str | None = None


def refang(text: str) -> str:
    """Undo what people do so that nobody clicks: hxxp, [.], (dot), [:]//, invisible characters."""
    plain = _DOT.sub(".", text.translate(_INVISIBLE))
    return re.sub(
        r"\bh(?:xx|\*\*|tt)p(s?)(?=\s?(?:\[?:\]?))",
        r"http\1",
        _COLON.sub(lambda found: found[0].strip("[]"), plain),
        flags=re.I,
    )


def parse_target(text: str) -> Target | None:
    """What `text` names, or None when it is no target."""
    whole = refang(text).strip().strip("<>\"'`«»")
    bare = _SCHEME.sub("", whole)
    if bare == whole and parse_address(whole) is None:
        network = _network(whole)
        if network is not None:
            return network
    rest, path = _split_path(bare)
    user, at, server = rest.rpartition("@")
    if at and bare == whole and path is None:
        return _mail(user, server)
    return _server(server, path)


def _split_path(text: str) -> tuple[str, str | None]:
    cut = min((at for at in map(text.find, "/?#") if at >= 0), default=-1)
    if cut < 0:
        return text, None
    path = text[cut:] if text[cut] == "/" else "/" + text[cut:]
    server, again = to_ascii(text[:cut]), to_ascii(path[1:].rstrip("/"))
    return text[:cut], None if path == "/" or (server and server == again) else path  # "a.be/a.be": twice the same host


def _server(text: str, path: str | None) -> Target | None:
    address = parse_address(text)
    found = None if address else _PORT.match(text)
    if found and int(found[2]) > 65535:
        return None
    server, port = (found[1], int(found[2])) if found else (text, None)
    address = address or parse_address(server)
    if address is not None:
        return Target(ip=str(address), ip4=int(address) if address.version == 4 else None, port=port, path=path)
    host = to_ascii(server)
    return None if host is None else Target(host=host, port=port, path=path)


def _mail(user: str, server: str) -> Target | None:
    host = to_ascii(server)
    return (
        Target(email=f"{user.lower()}@{host}")
        if host and user and len(user) <= 64 and not re.search(r"[\s@]", user)
        else None
    )


def _network(text: str) -> Target | None:
    base, slash, length = text.partition("/")
    network = parse_network(text) if slash and length.isdigit() else None
    address = parse_address(base)
    if network is None or address is None:
        return None
    prefix = int(length) if int(length) < address.max_prefixlen else None
    return Target(ip=str(address), ip4=int(address) if address.version == 4 else None, prefix=prefix)
