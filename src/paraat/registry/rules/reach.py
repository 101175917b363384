"""Whether a channel still works when its owner is down."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from paraat.kernel.hosts import suffixes

_BY_TELEPHONE = frozenset({"sms", "voice"})


def out_of_band(kind: str, address: str, own_domains: Collection[str]) -> bool:
    """Whether a channel works without the owner's own domains: a notice to a mailbox on the victim's domain is not out-of-band.

    `own_domains`: the domains, hosts and e-mail domains on file for the organisation. A telephone does not depend on them.
    """
    if kind in _BY_TELEPHONE:
        return True
    host = _host(kind, address)
    return bool(host) and own_domains_of(host).isdisjoint(own_domains)


def own_domains_of(host: str) -> set[str]:
    """The host and every domain above it."""
    return set(suffixes(host.lower()))


def _host(kind: str, address: str) -> str:
    if kind == "mail":
        return address.rpartition("@")[2]
    if kind == "matrix":
        return address.partition(":")[2].partition(":")[0]
    return urlsplit(address).hostname or ""
