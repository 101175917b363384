"""Networks to groups: overlapping networks become disjoint elementary intervals once, so that an address is looked up by bisection."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from paraat.kernel.networks import Interval, parse_address
from paraat.observations.rules.assets import Claim, Settled, settle
from paraat.observations.rules.groups import Groups
from paraat.observations.rules.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Network:
    """One network: who claims it; `claim` None or `shared`: an address in it says nothing."""

    span: Interval
    claim: Claim | None
    shared: bool

    @property
    def size(self) -> int:
        """How many addresses, less one."""
        return self.span.high - self.span.low


Segment = tuple[int, int, int]
"""First address, last address, group."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Disjoint intervals: of IPv4 as columns with a filter of which /16 have any, of IPv6 as lists to bisect."""

    low: pl.Series
    high: pl.Series
    groups: pl.Series
    filter: pl.Series
    low6: list[int]
    segments6: list[Segment]

    def find(self, rows: pl.Series, numbers: pl.Series) -> pl.DataFrame:
        """The rows (`row`, `group`) whose IPv4 number lies in an interval."""
        frame = pl.DataFrame({"row": rows, "number": numbers})
        frame = frame.filter(self.filter.gather(numbers // 65536))
        if not frame.height:
            return pl.DataFrame(schema={"row": pl.UInt32, "group": pl.Int32})
        place = self.low.search_sorted(frame["number"], side="right").cast(pl.Int64) - 1
        within = (place >= 0) & (self.high.gather(place.clip(0)) >= frame["number"])
        return frame.select("row", self.groups.gather(place.clip(0)).alias("group")).filter(within)

    def find6(self, text: str) -> int | None:
        """The group of one IPv6 address."""
        address = parse_address(text)
        if address is None or address.version != 6:
            return None
        place = bisect.bisect_right(self.low6, int(address)) - 1
        return self.segments6[place][2] if place >= 0 and int(address) <= self.segments6[place][1] else None

    def overlapping(self, span: Interval) -> list[int]:
        """The groups of all intervals that a whole network touches."""
        if span.version == 6:
            return [group for low, high, group in self.segments6 if low <= span.high and high >= span.low]
        touched = (self.low <= span.high) & (self.high >= span.low)
        return self.groups.filter(touched).unique().to_list()


def make_intervals(networks: Iterable[Network], groups: Groups) -> Intervals:
    """The elementary intervals of all networks; their groups are added to `groups`."""
    apart: dict[int, list[Network]] = {4: [], 6: []}
    for network in networks:
        apart[network.span.version].append(network)
    four, six = list(_segments(apart[4], groups)), list(_segments(apart[6], groups))
    frame = pl.DataFrame(four, schema={"low": pl.UInt32, "high": pl.UInt32, "group": pl.Int32}, orient="row")
    slots = pl.Series([False]).extend_constant(False, 65535)
    used = sorted({slot for low, high, _ in four for slot in range(low >> 16, (high >> 16) + 1)})
    slots = slots.scatter(used, True) if used else slots
    return Intervals(frame["low"], frame["high"], frame["group"], slots, [low for low, _, _ in six], six)


def _segments(networks: list[Network], groups: Groups) -> Iterator[Segment]:
    """Sweep over all bounds; linear after the sort as long as few networks cover one address."""
    begins = sorted(networks, key=lambda network: network.span.low)
    bounds = sorted({network.span.low for network in networks} | {network.span.high + 1 for network in networks})
    known: dict[tuple[int, ...], int] = {}
    active: list[Network] = []
    next_one = 0
    for low, following in pairwise(bounds):
        if active:
            active = [network for network in active if network.span.high >= low]
        while next_one < len(begins) and begins[next_one].span.low == low:
            active.append(begins[next_one])
            next_one += 1
        if active:
            key = tuple(id(network) for network in active)
            if key not in known:
                known[key] = _group(active, groups)
            yield low, following - 1, known[key]


def _group(active: list[Network], groups: Groups) -> int:
    """The most specific network decides; the owners of those around it are concerned. A shared one silences, and so does a crowd."""
    if len(active) == 1 and active[0].claim and not active[0].shared:
        return groups.add(Settled((active[0].claim,)), Reason.NETWORK)
    smallest = min(network.size for network in active)
    tier = [network for network in active if network.size == smallest]
    around = [network.claim for network in active if network.size > smallest and network.claim and not network.shared]
    own = (
        settle([network.claim for network in tier if network.claim])
        if not any(n.shared for n in tier)
        else Settled(shared=True)
    )
    return groups.add(own, Reason.NETWORK, () if own.shared else sorted(around))
