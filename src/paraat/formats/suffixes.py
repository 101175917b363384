"""The public suffix list (publicsuffix.org): below what nobody but a registry or a platform stands."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _strict() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def is_public_suffix(host: str) -> bool:
    """Whether nobody can own `host`: a top-level domain, `ac.be`, `gent`, a platform that gives each customer a name."""
    return bool(_list().is_public(host))


def registrable(host: str) -> str | None:
    """The domain that somebody registered, of which `host` is a part; None: `host` is a public suffix itself."""
    found = _list().privatesuffix(host)
    return None if found is None else str(found)


@cache
def _top_levels() -> frozenset[str]:
    return frozenset(str(suffix).rpartition(".")[2] for suffix in _strict()._publicsuffix)


def is_top_level(label: str) -> bool:
    """Whether `label` (ASCII) is a top-level domain that exists."""
    return label in _top_levels()
