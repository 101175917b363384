"""Fetching a file from a URL that somebody typed: http(s) only, public addresses only, within limits of time, size and redirects.

The name is resolved once and the connection goes to that very address, so that a name which resolves differently a moment later (DNS
rebinding) gains nothing. Every redirect is judged like the first address.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import paraat
from paraat.kernel.errors import Invalid, Refused, Unreachable
from paraat.platform import configuration
from paraat.platform.channels.posting import public

REDIRECTS = 3
TIMEOUT = 20.0
"""Seconds to connect, and for each piece of the answer."""
LONGEST = 600.0
"""Seconds for the whole answer."""
_PORTS = {"http": 80, "https": 443}
_NAMED = re.compile(r"filename\*?=(?:UTF-8'[^']*')?\"?([^\";]+)", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server gave: the file's name and content (None: not changed since), and the marks to ask with the next time."""

    name: str
    chunks: Iterator[bytes] | None
    etag: str
    modified: str


@contextmanager
def fetch(url: str, *, etag: str = "", modified: str = "") -> Iterator[Answer]:
    """Get `url`; with the marks of the last answer an unchanged file is not sent again.

    Raises Invalid for a URL that is not http(s), Refused for an address that is not public or an answer that says no for good, Unreachable
    when it may work the next time.
    """
    for _ in range(REDIRECTS + 1):
        connection, target = _connect(url)
        try:
            response = _ask(connection, target, etag, modified)
            if response.status in {301, 302, 303, 307, 308}:
                url = urljoin(url, response.headers.get("Location", ""))
                continue
            yield _answer(response, url)
            return
        finally:
            connection.close()
    raise Refused("The feed redirects too often.", url=_shown(url))


def check(url: str) -> SplitResult:
    """The parts of a URL that may be asked; Invalid names what is wrong with any other."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        raise Invalid("A feed is pulled from an http or https address.") from None
    if not known:
        raise Invalid("A feed is pulled from an http or https address.", url=_shown(url))
    if parts.username or parts.password:
        raise Invalid("The address of a feed holds no password: it is shown to people.", url=_shown(url))
    return parts


def _connect(url: str) -> tuple[http.client.HTTPConnection, str]:
    parts = check(url)
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        plain = socket.create_connection((_address(host, port), port), TIMEOUT)
        if parts.scheme == "https":
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError as error:
        raise Unreachable(f"The feed does not answer: {error}", url=_shown(url)) from error
    connection.sock = plain
    return connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _address(host: str, port: int) -> str:
    """The address to connect to; Refused when any of the name's addresses is one that only machines near us can reach."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    private = [address for address in sorted(found) if not public(address)]
    if private and host not in configuration.PULL_PRIVATE_HOSTS.get():
        raise Refused(
            "The feed lies at an address that is not public (see PARAAT_PULL_PRIVATE_HOSTS).",
            host=host,
            address=private[0],
        )
    return min(found, key=lambda address: (":" in address, address))


def _ask(connection: http.client.HTTPConnection, target: str, etag: str, modified: str) -> http.client.HTTPResponse:
    headers = {"User-Agent": f"Paraat/{paraat.__version__}", "Accept-Encoding": "identity", "Accept": "*/*"}
    headers |= {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"The feed does not answer: {error}") from error


def _answer(response: http.client.HTTPResponse, url: str) -> Answer:
    marks = {"etag": response.headers.get("ETag", ""), "modified": response.headers.get("Last-Modified", "")}
    if response.status == 304:
        return Answer("", None, **marks)
    if response.status != 200:
        kind = Refused if response.status in {400, 401, 403, 404, 410} else Unreachable
        raise kind(f"The feed answers {response.status} {response.reason}.", url=_shown(url))
    named = _NAMED.search(response.headers.get("Content-Disposition", ""))
    name = unquote(named[1]) if named else unquote(PurePosixPath(urlsplit(url).path).name)
    return Answer(name or "feed", _chunks(response), **marks)


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    end = time.monotonic() + LONGEST
    try:
        while chunk := response.read(1 << 18):
            if time.monotonic() > end:
                raise Unreachable("The feed is too slow: it was not there within ten minutes.")
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"The feed broke off: {error}") from error
    if response.length:  # http.client reads a short answer without complaint
        raise Unreachable("The feed broke off before its end.")


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
