"""Host names as values: lower case, no trailing dot, ASCII (RFC 1123, IDNA). The last word on IDNA 2008 is in `formats.idn`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z", re.ASCII)
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})  # what IDNA reads as a dot (RFC 3490, 3.1)
LONGEST = 253


def tidy(text: str) -> str:
    """`text` trimmed, in lower case, with ordinary dots and without the root dot; not checked."""
    return text.strip().translate(_DOTS).lower().removesuffix(".")


def is_host(text: str) -> bool:
    """Whether `text` is a normalised ASCII host name of at least two labels whose last is no number (so no IPv4 address)."""
    return len(text) <= LONGEST and _HOST.match(text) is not None


def labels(host: str) -> tuple[str, ...]:
    """The labels of a host, leftmost first."""
    return tuple(host.split("."))


def suffixes(host: str) -> Iterator[str]:
    """The host and every domain above it, longest first: a.b.be, b.be, be."""
    while host:
        yield host
        host = host.partition(".")[2]


def to_unicode(host: str) -> str:
    """`host` as a person writes it; a label that does not decode is left as it is."""
    return ".".join(_shown(label) for label in host.split("."))


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
