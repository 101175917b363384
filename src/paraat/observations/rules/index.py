"""The ownership index: everything that is somebody's as of one day, ready to be looked up by the column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import pyarrow as pa

from paraat.formats.idn import to_ascii
from paraat.formats.suffixes import is_public_suffix, is_top_level
from paraat.kernel.hosts import suffixes
from paraat.kernel.networks import parse_network
from paraat.observations.rules.assets import MOST_CLAIMANTS, Asset, AssetKind, Claim, Owner, rank, settle
from paraat.observations.rules.groups import Groups
from paraat.observations.rules.intervals import Intervals, Network, make_intervals
from paraat.observations.rules.labels import KnownNames, make_known_names
from paraat.observations.rules.names import Names, make_names
from paraat.observations.rules.shared_networks import SHARED_NETWORKS
from paraat.observations.rules.vocabulary import Ignored, Reason

WWW = "www."


@dataclass(frozen=True, slots=True)
class OwnershipIndex:
    """Made by `build_index`. Organisations and assets are places in `organisations` and `assets`; `ignored` says which assets claim nothing."""

    as_of: date
    organisations: pa.StringArray
    assets: pa.StringArray
    ranks: pl.Series
    entries: pl.DataFrame
    exact: Names
    within: Names
    mail: Names
    pages: pl.DataFrame
    intervals: Intervals
    asns: pl.DataFrame
    shared_hosts: frozenset[str]
    known_names: KnownNames
    ignored: Mapping[str, Ignored]


Claims = defaultdict[str, list[Claim]]


class _Sorted:
    """The assets that hold, sorted by what they claim."""

    def __init__(self) -> None:
        self.exact: Claims = defaultdict(list)
        self.domains: Claims = defaultdict(list)
        self.mail: Claims = defaultdict(list)
        self.pages: Claims = defaultdict(list)
        self.asns: defaultdict[int, list[Claim]] = defaultdict(list)
        self.networks: list[Network] = []
        self.ignored: dict[str, Ignored] = {}

    def put(self, asset: Asset, claim: Claim) -> None:
        """Sort one asset in, or note why it claims nothing."""
        trouble = self._put(asset, claim)
        if trouble is not None:
            self.ignored[asset.id] = trouble

    def _put(self, asset: Asset, claim: Claim) -> Ignored | None:
        if asset.kind == AssetKind.NETWORK:
            return self._network(asset, claim)
        if asset.kind == AssetKind.ASN:
            return self._asn(asset, claim)
        host = to_ascii(asset.value.partition("/")[0])
        if host is None:
            return Ignored.PUBLIC_SUFFIX if is_top_level(asset.value.strip().lower()) else Ignored.UNREADABLE
        if asset.kind == AssetKind.PAGE or "/" in asset.value.rstrip("/"):
            self.pages[host.removeprefix(WWW)].append(claim)
        elif is_public_suffix(host):
            return Ignored.PUBLIC_SUFFIX
        elif asset.shared:
            return Ignored.SHARED
        elif asset.kind == AssetKind.EMAIL_DOMAIN:
            self.mail[host].append(claim)
        else:
            self.exact[host.removeprefix(WWW)].append(claim)
            if asset.kind == AssetKind.DOMAIN and not host.startswith(WWW):
                self.domains[host].append(claim)
        return None

    def _network(self, asset: Asset, claim: Claim) -> Ignored | None:
        span = parse_network(asset.value)
        if span is None:
            return Ignored.UNREADABLE
        self.networks.append(Network(span, claim, asset.shared))
        return None

    def _asn(self, asset: Asset, claim: Claim) -> Ignored | None:
        digits = asset.value.strip().upper().removeprefix("AS").strip()
        if not (digits.isascii() and digits.isdigit()) or int(digits) >= 1 << 32:
            return Ignored.UNREADABLE
        if asset.shared:
            return Ignored.SHARED
        self.asns[int(digits)].append(claim)
        return None


def build_index(
    assets: Iterable[Asset],
    organisations: Sequence[Owner],
    *,
    as_of: date,
    shared_networks: Sequence[str] = SHARED_NETWORKS,
) -> OwnershipIndex:
    """The index of what holds on `as_of`. Assets of organisations that are not given are left out; so is what nobody can own (a public suffix)."""
    places = {owner.id: place for place, owner in enumerate(organisations)}
    ranks = [rank(owner.kind) for owner in organisations]
    held = [asset for asset in assets if asset.organisation in places and asset.holds(as_of)]
    found, groups = _Sorted(), Groups()
    for place, asset in enumerate(held):
        owner = places[asset.organisation]
        found.put(asset, Claim(ranks[owner], asset.guessed, owner, place))
    for text in shared_networks:
        span = parse_network(text)
        if span is not None:
            found.networks.append(Network(span, None, shared=True))
    exact, shared_hosts = _exact(found, groups)
    return OwnershipIndex(
        as_of=as_of,
        organisations=pa.array([owner.id for owner in organisations], pa.string()),
        assets=pa.array([asset.id for asset in held], pa.string()),
        ranks=pl.Series(ranks, dtype=pl.UInt8),
        exact=make_names(exact),
        within=make_names(_within(found, groups)),
        mail=make_names(_mail(found, groups)),
        pages=_pages(found),
        intervals=make_intervals(found.networks, groups),
        asns=_asns(found, groups),
        entries=groups.table(),
        shared_hosts=shared_hosts,
        known_names=make_known_names(organisations),
        ignored=found.ignored,
    )


def _exact(found: _Sorted, groups: Groups) -> tuple[dict[str, int], frozenset[str]]:
    """Names that are somebody's own, each with the owners of the domains around it as concerned."""
    shared: set[str] = set()
    numbers: dict[str, int] = {}
    for name, claims in found.exact.items():
        own = settle(claims)
        if own.shared:
            shared.add(name)
        numbers[name] = groups.add(own, Reason.HOST, () if own.shared else _around(name, found), Reason.DOMAIN)
    return numbers, frozenset(shared)


def _within(found: _Sorted, groups: Groups) -> dict[str, int]:
    """Domains: whatever lies below them."""
    numbers: dict[str, int] = {}
    for name, claims in found.domains.items():
        own = settle(claims)
        numbers[name] = groups.add(own, Reason.DOMAIN, () if own.shared else _around(name, found), Reason.DOMAIN)
    return numbers


def _around(name: str, found: _Sorted) -> list[Claim]:
    """Owners of the registered domains around a name, nearest first."""
    around: list[Claim] = []
    for suffix in suffixes(name.partition(".")[2]):
        if suffix in found.domains:
            around.extend(settle(found.domains[suffix]).owners)
    return around[:MOST_CLAIMANTS]


def _mail(found: _Sorted, groups: Groups) -> dict[str, int]:
    """Mail domains; a domain is a mail domain too unless somebody else's mail domain says otherwise."""
    return {
        name: groups.add(settle(claims), Reason.EMAIL_DOMAIN)
        for name, claims in (dict(found.domains) | dict(found.mail)).items()
    }


def _pages(found: _Sorted) -> pl.DataFrame:
    """Who has a page on which host, unless so many do that it tells nothing (a social network)."""
    rows = [
        (host, claim.organisation, claim.asset)
        for host, claims in found.pages.items()
        if len({claim.organisation for claim in claims}) <= MOST_CLAIMANTS
        for claim in claims
    ]
    return pl.DataFrame(rows, schema={"host": pl.String, "organisation": pl.Int32, "asset": pl.Int32}, orient="row")


def _asns(found: _Sorted, groups: Groups) -> pl.DataFrame:
    rows = [(number, groups.add(settle(claims), Reason.ASN)) for number, claims in found.asns.items()]
    return pl.DataFrame(rows, schema={"asn": pl.UInt32, "group": pl.Int32}, orient="row")
