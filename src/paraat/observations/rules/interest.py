"""Hosts that a list names and that nobody owns for certain: who is perhaps meant, and which are to be looked at by a person."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from paraat.observations.rules.index import WWW, OwnershipIndex
from paraat.observations.rules.labels import Reading, read_labels
from paraat.observations.rules.vocabulary import CERTAINTIES, REASONS, Certainty, Reason, Why

UNASSIGNED: dict[str, pl.DataType | type[pl.DataType]] = {
    "host": pl.String,
    "why": pl.String,
    "hints": pl.List(pl.Int32),
    "rows": pl.Int64,
    "first_row": pl.Int64,
}
_CERTAIN = CERTAINTIES.index(Certainty.CERTAIN)


@dataclass(frozen=True, slots=True)
class Interest:
    """Matches that are only "perhaps" (columns as `attribution.MATCHES`), and the hosts to be assigned or handed over."""

    perhaps: pl.DataFrame
    unassigned: pl.DataFrame


def look_at(hosts: pl.DataFrame, matches: pl.DataFrame, index: OwnershipIndex) -> Interest:
    """`hosts`: `row`, `host` of every row that names one. `matches`: `row`, `organisation`, `certainty` of what was found so far."""
    owned = _owned(matches, index)
    each = hosts.join(owned, on="row", how="left").group_by("host").agg(pl.col("owner_rank").min())
    open_ones = each.filter(pl.col("owner_rank").is_null() | (pl.col("owner_rank") > 0))
    readings = {
        host: (read_labels(host, index.known_names, _owned_part(host, index) if rank is not None else None), rank)
        for host, rank in open_ones.sort("host").iter_rows()
    }
    return Interest(_perhaps(hosts, readings), _unassigned(hosts, readings, index))


def _owned(matches: pl.DataFrame, index: OwnershipIndex) -> pl.DataFrame:
    """Per row the strongest rank among its certain owners."""
    certain = matches.filter(pl.col("certainty") == _CERTAIN)
    ranks = certain.select("row", index.ranks.gather(certain["organisation"]).alias("owner_rank"))
    return ranks.group_by("row").agg(pl.col("owner_rank").min())


def _owned_part(host: str, index: OwnershipIndex) -> str:
    """The longest domain or host in the register that `host` is or lies in."""
    parts = host.split(".")
    tails = pl.Series([".".join(parts[begin:]) for begin in range(len(parts))], dtype=pl.String)
    rows = pl.int_range(len(tails), eager=True, dtype=pl.UInt32)
    found = [*index.within.find(rows, tails)["row"], *index.exact.find(rows, tails.str.strip_prefix(WWW))["row"]]
    return str(tails[min(found)]) if found else host


Readings = dict[str, tuple[Reading, int | None]]


def _perhaps(hosts: pl.DataFrame, readings: Readings) -> pl.DataFrame:
    pairs = [(host, place) for host, (reading, _) in readings.items() for place in sorted(reading.perhaps)]
    named = pl.DataFrame(pairs, schema={"host": pl.String, "organisation": pl.Int32}, orient="row")
    return hosts.join(named, on="host").select(
        "row",
        "organisation",
        pl.lit(None, dtype=pl.Int32).alias("asset"),
        pl.lit(REASONS.index(Reason.NAME), dtype=pl.UInt8).alias("reason"),
        pl.lit(CERTAINTIES.index(Certainty.PERHAPS), dtype=pl.UInt8).alias("certainty"),
    )


def _unassigned(hosts: pl.DataFrame, readings: Readings, index: OwnershipIndex) -> pl.DataFrame:
    rows = []
    for host, (reading, rank) in readings.items():
        why = _why(host, reading, index)
        if rank is None and why is not None:
            rows.append((host, str(why), sorted(reading.hints)))
    listed = pl.DataFrame(rows, schema={name: UNASSIGNED[name] for name in ("host", "why", "hints")}, orient="row")
    counted = hosts.group_by("host").agg(
        pl.len().cast(pl.Int64).alias("rows"), pl.col("row").min().cast(pl.Int64).alias("first_row")
    )
    return listed.join(counted, on="host").sort("first_row")


def _why(host: str, reading: Reading, index: OwnershipIndex) -> Why | None:
    tails = host.removeprefix(WWW)
    if tails in index.shared_hosts:
        return Why.SHARED
    if reading.hints:
        return Why.NAME
    return Why.BELGIAN if reading.belgian else None
