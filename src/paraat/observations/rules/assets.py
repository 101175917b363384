"""What is put in: who there is, and what makes something theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AssetKind(StrEnum):
    """The kinds of asset, as `registry.Asset.Kind` stores them."""

    DOMAIN = "domain"
    HOST = "host"
    NETWORK = "network"
    ASN = "asn"
    EMAIL_DOMAIN = "email_domain"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation that can own things; `kind` as `registry.Organisation.Kind` stores it, `names` in every language."""

    id: str
    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """Something owned. `value` is a host ("www.ronse.be"), a network ("192.0.2.0/24", v4 or v6), an AS number, or host and path of a page.

    `shared`: shared infrastructure, which never matches by address alone. `guessed`: made by a rule of thumb, not yet confirmed by anybody; it
    yields to a claim that has a source. Valid from `valid_from` until the day before `valid_until`; None is open.
    """

    id: str
    organisation: str
    kind: str
    value: str
    shared: bool = False
    guessed: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is valid on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


_FIRST = frozenset({"municipality", "province"})
_LAST = frozenset({"provider", "partner"})
MOST_CLAIMANTS = 5


def rank(kind: str) -> int:
    """Whose a host is when several claim it: a municipality or province before other bodies, those before providers. Less is stronger."""
    return 0 if kind in _FIRST else 2 if kind in _LAST else 1


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One claim on a name or an address: how strong (rank, less is stronger; a guess after a source), by which organisation and asset (places)."""

    rank: int
    guessed: bool
    organisation: int
    asset: int


@dataclass(frozen=True, slots=True)
class Settled:
    """Whose something is, and who is concerned through them. Shared: so many claim it that it tells nothing."""

    owners: tuple[Claim, ...] = ()
    others: tuple[Claim, ...] = ()
    shared: bool = False


def settle(claims: Sequence[Claim]) -> Settled:
    """Whose it is when several claim it.

    A municipality or province comes before the others, whatever their number; the others are concerned through it as long as they are not too
    many. Among equals a guess yields to a claim with a source. More than five claimants of whom none is a municipality or province: shared.
    """
    if len(claims) == 1:
        return Settled((claims[0],))
    first: dict[int, Claim] = {}
    for claim in sorted(claims):
        first.setdefault(claim.organisation, claim)
    best = min(first.values())
    owners = tuple(claim for claim in first.values() if (claim.rank, claim.guessed) == (best.rank, best.guessed))
    others = tuple(claim for claim in first.values() if claim.rank > best.rank)
    if len(owners) > MOST_CLAIMANTS or (best.rank > 0 and len(first) > MOST_CLAIMANTS):
        return Settled(shared=True)
    return Settled(owners, others if len(first) <= MOST_CLAIMANTS else ())
