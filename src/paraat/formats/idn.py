"""Host names in other scripts to ASCII (IDNA 2008 with the UTS 46 mapping), and addresses of web pages to their parts."""

from __future__ import annotations

import idna

from paraat.kernel.hosts import is_host, tidy


def to_ascii(text: str) -> str | None:
    """The normalised ASCII host of what a person or program wrote, or None when it is no host name."""
    host = tidy(text)
    if not host.isascii():
        host = _encoded(host)
    return host if is_host(host) else None


def _encoded(host: str) -> str:
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
