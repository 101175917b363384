"""Where repositories lie, as people and rows may know it: a location without the password of its store, which only restic is told."""

from __future__ import annotations

import re

from paraat.cloud import configuration
from paraat.kernel.errors import Invalid

_ACCOUNT = re.compile(r"(?<=://)[^/\s]*:[^/\s]*@")
"""`user:password@` of an address; whoever writes @ or / in a password writes them as %40 and %2F, or else more is hidden than needed."""
LEAST = 4
"""Characters of a credential that is hidden in texts: a shorter one would hide half of every text, and is no secret."""


def plain(location: str) -> str:
    """The location without account and password."""
    return _ACCOUNT.sub("", location)


def demand_plain(location: str) -> str:
    """The location, when nobody's password is in it; Invalid otherwise."""
    if plain(location) != location:
        raise Invalid("Write the location without a password; set PARAAT_CLOUD_STORE to this store with its password")
    return location


def whole(location: str) -> str:
    """What restic is told: with account and password of PARAAT_CLOUD_STORE when it lies at the same store."""
    store = configuration.STORE.get() or ""
    account = _ACCOUNT.search(store)
    scheme, _, host = plain(store).rstrip("/").partition("://")
    if not account or "@" in location.partition("://")[2].partition("/")[0]:
        return location
    address = f"{scheme}://{host.partition('/')[0]}"
    if location != address and not location.startswith(f"{address}/"):
        return location
    return location.replace(f"{scheme}://", f"{scheme}://{account[0]}", 1)


def credentials() -> dict[str, str]:
    """What PARAAT_CLOUD_STORE_CREDENTIALS gives, a NAME=value per line."""
    lines = (configuration.STORE_CREDENTIALS.get() or "").splitlines()
    pairs = (line.strip().partition("=") for line in lines if "=" in line)
    return {name: value for name, _, value in pairs if not name.startswith("RESTIC_")}


def masked(said: str) -> str:
    """A text of restic's, without any password of a store in it."""
    found = _ACCOUNT.search(configuration.STORE.get() or "")
    account = found[0].removesuffix("@").partition(":")[2] if found else ""
    for value in (account, *credentials().values()):
        if len(value) >= LEAST:
            said = said.replace(value, "***")
    return _ACCOUNT.sub("***@", said)
