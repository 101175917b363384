"""HTTP to a place outside, which a constituent may have named: only public addresses, no redirects, bounded answers.

The address is resolved once, checked, and connected to as checked, so that a name that changes its mind in between gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

import idna

from paraat.kernel.errors import ParaatError, Refused, Unreachable

TIMEOUT = 15.0
_LONGEST = 64 * 1024


class ForbiddenAddress(Refused):
    """This address is inside a private network, or is no web address."""


class NoAnswer(Unreachable):
    """The other side did not answer; it does not have the message."""


class AnswerLost(ParaatError):
    """The message was handed over and the answer never came: it may have arrived."""

    permanent: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and the first 64 KiB of the body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def later(self) -> bool:
        """Worth another try: the server's own faults, too many requests, a time-out, and a redirect that somebody must correct first."""
        return self.status >= 500 or self.status in {408, 409, 421, 425, 429}


class Poster:
    """Re-uses connections per server. Used by one thread. `private` allows addresses inside private networks and plain http."""

    def __init__(self, *, private: bool, timeout: float = TIMEOUT, ca: str = "") -> None:
        self._private, self._timeout = private, timeout
        self._tls = ssl.create_default_context(cafile=ca or None)
        self._open: dict[tuple[str, str, int], http.client.HTTPConnection] = {}

    def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request. Raises ForbiddenAddress, NoAnswer, or AnswerLost when the whole request was sent and no answer came."""
        parts = _checked(url, private=self._private)
        place = (parts.scheme, _host(parts), parts.port or (443 if parts.scheme == "https" else 80))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = self._open.pop(place, None)
        if kept:
            try:
                return self._exchange(place, kept, method, target, body, headers)
            except (NoAnswer, AnswerLost) as fault:
                if isinstance(fault, AnswerLost):
                    raise
        return self._exchange(place, self._connected(place), method, target, body, headers)

    def _connected(self, place: tuple[str, str, int]) -> http.client.HTTPConnection:
        scheme, host, port = place
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            raw = _dial(resolved(host, port, private=self._private), self._timeout)
            connection.sock = self._tls.wrap_socket(raw, server_hostname=host) if scheme == "https" else raw
        except OSError as fault:
            raise NoAnswer(f"{host}: {fault or type(fault).__name__}") from fault
        return connection

    def _exchange(
        self,
        place: tuple[str, str, int],
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        try:
            connection.request(method, target, body, {"User-Agent": "Paraat", **headers})
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            raise NoAnswer(f"{place[1]}: {fault or type(fault).__name__}") from fault
        try:
            response = connection.getresponse()
            answer = Answer(
                response.status, response.read(_LONGEST), {name.lower(): value for name, value in response.getheaders()}
            )
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            raise AnswerLost(f"{place[1]}: no answer to the whole message: {fault or type(fault).__name__}") from fault
        if response.isclosed() and connection.sock is not None:
            self._open[place] = connection
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close every connection."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()


def resolved(host: str, port: int, *, private: bool) -> list[tuple[socket.AddressFamily, str, int]]:
    """Where to connect: every address of the name, all of them public unless `private`. Raises ForbiddenAddress, or OSError for no such name."""
    found: list[tuple[socket.AddressFamily, str, int]] = [
        (family, str(address[0]), port)
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if not private and not all(public(address) for _, address, _ in found):
        raise ForbiddenAddress(f"{host} leads into a private network")
    return found


def reachable(host: str, port: int, timeout: float = 5.0) -> str | None:
    """Why this server cannot be connected to; None when it can."""
    try:
        _dial(resolved(host, port, private=True), timeout).close()
    except OSError as fault:
        return f"{host}:{port}: {fault or type(fault).__name__}"
    return None


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it hides an IPv4 address (mapped, NAT64, 6to4, Teredo)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ()), _nat64(ip)]
        if any(inner is not None and not _public(inner) for inner in hidden):
            return False
        if ip.ipv4_mapped:
            return True
    return _public(ip)


def _public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.ip_network("64:ff9b::/96") else None


def _checked(url: str, *, private: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as fault:
        raise ForbiddenAddress(f"{url!r} is no web address") from fault
    if (
        parts.scheme not in ({"http", "https"} if private else {"https"})
        or not parts.hostname
        or parts.username is not None
    ):
        raise ForbiddenAddress(f"{url!r} is no https address")
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        return host
    except ValueError:
        pass
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as fault:
        raise ForbiddenAddress(f"{host!r} is no host name") from fault


def _dial(addresses: list[tuple[socket.AddressFamily, str, int]], timeout: float) -> socket.socket:
    last: OSError = OSError("no address")
    for family, address, port in addresses:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(timeout)
        try:
            sock.connect((address, port))
            return sock
        except OSError as fault:
            sock.close()
            last = fault
    raise last
