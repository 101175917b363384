"""Attribution: the rows of a batch to the organisations that they concern, with reason, asset and certainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from paraat.kernel.networks import Interval, parse_network
from paraat.observations.rules.groups import ENTRIES
from paraat.observations.rules.index import WWW, OwnershipIndex
from paraat.observations.rules.interest import UNASSIGNED, look_at
from paraat.observations.rules.names import rest_of
from paraat.observations.rules.vocabulary import CERTAINTIES, REASONS, Certainty, Reason

MATCHES: dict[str, type[pl.DataType]] = {
    "row": pl.UInt32,
    "organisation": pl.Int32,
    "asset": pl.Int32,
    "reason": pl.UInt8,
    "certainty": pl.UInt8,
}
FOUND: dict[str, type[pl.DataType]] = {"row": pl.UInt32, "group": pl.Int32}


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one batch says about whom. `found` counts rows of the batch from 0 and holds places; `matches` shows numbers and ids."""

    records: pa.RecordBatch
    index: OwnershipIndex
    found: pl.DataFrame
    open_hosts: pl.DataFrame

    @property
    def matches(self) -> pa.Table:
        """One line per row and organisation: `row` (its number in the input), `organisation`, `asset` (ids; none: by name), `reason`, `certainty`."""
        numbers = pl.Series(self.records["row"]).gather(self.found["row"]).to_arrow()
        return pa.table(
            {
                "row": numbers,
                "organisation": _named(self.found["organisation"], self.index.organisations),
                "asset": _named(self.found["asset"], self.index.assets),
                "reason": _named(self.found["reason"], pa.array([str(reason) for reason in REASONS])),
                "certainty": _named(self.found["certainty"], pa.array([str(certainty) for certainty in CERTAINTIES])),
            }
        )

    @property
    def unassigned(self) -> pa.Table:
        """`host`, `why` (vocabulary.Why), `hints` (ids of organisations that its name makes one think of), `rows`, `first_row`."""
        ids = self.index.organisations
        hints = pa.array(
            [[ids[place].as_py() for place in places] for places in self.open_hosts["hints"]], pa.list_(pa.string())
        )
        first = pl.Series(self.records["row"]).gather(self.open_hosts["first_row"]).to_arrow()
        columns = [self.open_hosts[name].to_arrow().cast(pa.string()) for name in ("host", "why")]
        return pa.table([*columns, hints, self.open_hosts["rows"].to_arrow(), first], names=list(UNASSIGNED))

    def summary(self) -> pl.DataFrame:
        """Per organisation, certainty, address and host: rows and last moment. What `digest` adds up over batches."""
        at = self.found["row"]
        seen = pl.DataFrame(
            {
                "organisation": self.found["organisation"],
                "certainty": self.found["certainty"],
                "ip4": pl.Series(self.records["ip4"]).gather(at),
                "seen_at": pl.Series(self.records["seen_at"]).gather(at),
            }
        )
        return seen.group_by("organisation", "certainty", "ip4").agg(pl.len().alias("rows"), pl.col("seen_at").max())


def attribute(records: pa.RecordBatch, index: OwnershipIndex, *, interest: bool = True) -> Attribution:
    """Whom the rows of `records` (formats.record.SCHEMA) concern, as of the day of the index.

    `interest`: the source says which hosts it means (a target list), so names in labels and hosts that nobody owns matter; False where hosts are
    only what the reverse DNS of an address says.
    """
    hosts = _texts(records["host"], "host")
    groups = pl.concat([_by_host(hosts, index), _by_mail(records, index), _by_address(records, index)])
    matches = groups.join(index.entries, on="group", how="inner").select(*MATCHES)
    pages = _by_page(hosts, index)
    best = _best([matches, pages] if pages is not None else [matches])
    open_hosts = pl.DataFrame(schema=UNASSIGNED)
    if interest and hosts.height:
        seen = look_at(hosts, best, index)
        best, open_hosts = _best([best, seen.perhaps]), seen.unassigned
    return Attribution(records, index, best, open_hosts)


def digest(attributions: Iterable[Attribution]) -> pa.Table:
    """Per organisation over all batches: `organisation`, rows `certain`, `concerned`, `perhaps`, different `addresses`, `last_seen`.

    All attributions must be made with one index.
    """
    parts, ids = [], pa.array([], pa.string())
    for attribution in attributions:
        parts.append(attribution.summary())
        ids = attribution.index.organisations
    if not parts:
        return _digest_table(pl.DataFrame(schema={"organisation": pl.Int32}), ids)
    each = (
        pl.concat(parts)
        .group_by("organisation")
        .agg(
            *(
                pl.col("rows").filter(pl.col("certainty") == place).sum().alias(str(certainty))
                for place, certainty in enumerate(CERTAINTIES)
            ),
            pl.col("ip4").n_unique().alias("addresses") - pl.col("ip4").has_nulls().cast(pl.UInt32),
            pl.col("seen_at").max().alias("last_seen"),
        )
    )
    return _digest_table(each.sort("organisation"), ids)


def _digest_table(each: pl.DataFrame, ids: pa.StringArray) -> pa.Table:
    rest = each.drop("organisation").to_arrow()
    return rest.add_column(0, "organisation", _named(each["organisation"], ids))


def _named(places: pl.Series, values: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(places.cast(pl.Int32).to_arrow(), values)


def _texts(column: pa.Array, name: str) -> pl.DataFrame:
    """The rows that have a value."""
    if column.null_count == len(column):
        return pl.DataFrame(schema={"row": pl.UInt32, name: pl.String})
    return pl.DataFrame({name: pl.Series(column)}).with_row_index("row").filter(pl.col(name).is_not_null())


def _by_host(hosts: pl.DataFrame, index: OwnershipIndex) -> pl.DataFrame:
    """The most specific name that each host is or lies in: first itself, then what lies above it, label by label."""
    names = hosts["host"].str.strip_prefix(WWW)
    found = [index.exact.find(hosts["row"], names)]
    left = hosts.select("row", names.alias("host"))
    while left.height and len(index.within.names):
        left = left.filter(~pl.col("row").is_in(found[-1]["row"].implode())) if found[-1].height else left
        left = left.select("row", rest_of(left["host"]).alias("host")).filter(pl.col("host").is_not_null())
        found.append(index.within.find(left["row"], left["host"]))
    return pl.concat(found)


def _by_mail(records: pa.RecordBatch, index: OwnershipIndex) -> pl.DataFrame:
    mails = _texts(records["email"], "email")
    if not mails.height:
        return pl.DataFrame(schema=FOUND)
    left = mails.select("row", pl.col("email").str.splitn("@", 2).struct.field("field_1").alias("host"))
    found = []
    while left.height:
        found.append(index.mail.find(left["row"], left["host"]))
        left = left.join(found[-1], on="row", how="anti")
        left = left.select("row", rest_of(left["host"]).alias("host")).filter(pl.col("host").is_not_null())
    return pl.concat(found)


def _by_address(records: pa.RecordBatch, index: OwnershipIndex) -> pl.DataFrame:
    """The most specific network; where there is none, the AS number."""
    numbers, prefixes = records["ip4"], records["prefix"]
    rows = pl.int_range(records.num_rows, eager=True, dtype=pl.UInt32)
    if numbers.null_count or prefixes.null_count < len(prefixes):
        single = pl.Series(numbers).is_not_null() & pl.Series(prefixes).is_null()
        found = index.intervals.find(rows.filter(single), pl.Series(numbers).filter(single))
        found = pl.concat([found, _odd_addresses(records, index)])
    else:
        found = index.intervals.find(rows, pl.Series(numbers))
    if not index.asns.height:
        return found
    asns = pl.DataFrame({"row": rows, "asn": pl.Series(records["asn"])}).join(index.asns, on="asn").select(*FOUND)
    return pl.concat([found, asns.join(found, on="row", how="anti")])


def _odd_addresses(records: pa.RecordBatch, index: OwnershipIndex) -> pl.DataFrame:
    """IPv6 addresses and whole networks, each different one once."""
    frame = pl.DataFrame(
        {"ip": pl.Series(records["ip"], dtype=pl.String), "prefix": pl.Series(records["prefix"])}
    ).with_row_index("row")
    odd = frame.filter(
        pl.col("ip").is_not_null() & (pl.col("prefix").is_not_null() | pl.col("ip").str.contains(":", literal=True))
    )
    rows = [
        (ip, prefix, group)
        for ip, prefix in odd.select("ip", "prefix").unique().iter_rows()
        for group in _odd(ip, prefix, index)
    ]
    known = pl.DataFrame(rows, schema={"ip": pl.String, "prefix": pl.UInt8, "group": pl.Int32}, orient="row")
    return odd.join(known, on=["ip", "prefix"], nulls_equal=True).select(*FOUND)


def _odd(ip: str, prefix: int | None, index: OwnershipIndex) -> Iterator[int]:
    if prefix is None:
        group = index.intervals.find6(ip)
        if group is not None:
            yield group
        return
    span: Interval | None = parse_network(f"{ip}/{prefix}")
    if span is not None:
        yield from index.intervals.overlapping(span)


def _by_page(hosts: pl.DataFrame, index: OwnershipIndex) -> pl.DataFrame | None:
    """Who has a page on the host is concerned, never its owner."""
    if not index.pages.height or not hosts.height:
        return None
    named = hosts.select("row", pl.col("host").str.strip_prefix(WWW))
    return named.join(index.pages, on="host").select(
        "row",
        "organisation",
        "asset",
        pl.lit(REASONS.index(Reason.PAGE), dtype=pl.UInt8).alias("reason"),
        pl.lit(CERTAINTIES.index(Certainty.CONCERNED), dtype=pl.UInt8).alias("certainty"),
    )


def _best(matches: list[pl.DataFrame]) -> pl.DataFrame:
    """One match per row and organisation: the surest, by the strongest reason."""
    both = pl.concat(matches).with_columns(
        (pl.col("row").cast(pl.UInt64) * (1 << 32) + pl.col("organisation").cast(pl.UInt64)).alias("pair"),
        (
            pl.col("certainty").cast(pl.UInt64) * (1 << 40)
            + pl.col("reason").cast(pl.UInt64) * (1 << 32)
            + (pl.col("asset").cast(pl.Int64) + 1).fill_null(0).cast(pl.UInt64)
        ).alias("order"),
    )
    best = both.group_by("pair").agg(pl.col("order").min()).sort("pair")
    asset = (pl.col("order") % (1 << 32)).cast(pl.Int64) - 1
    return best.select(
        (pl.col("pair") // (1 << 32)).cast(pl.UInt32).alias("row"),
        (pl.col("pair") % (1 << 32)).cast(pl.Int32).alias("organisation"),
        pl.when(asset >= 0).then(asset).cast(pl.Int32).alias("asset"),
        (pl.col("order") // (1 << 32) % 256).cast(pl.UInt8).alias("reason"),
        (pl.col("order") // (1 << 40)).cast(pl.UInt8).alias("certainty"),
    )


assert tuple(ENTRIES)[1:] == tuple(MATCHES)[1:]  # noqa: S101  (an entry is a match that has no row yet)
