"""From matched rows to findings: many rows that say the same of one organisation and one target are one line, counted as they stream by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from paraat.observations.register import Register
from paraat.observations.rules.vocabulary import CERTAINTIES, REASONS

MOST = 20
"""How many different ports, methods, addresses and paths a finding names."""

KEY = ["organisation", "target", "classification"]
LISTS = {"ports": "port", "methods": "tag", "addresses": "address", "paths": "path"}
UNKNOWN = "unknown"
LONGEST_TARGET = 300


def prepared(records: pl.DataFrame) -> pl.DataFrame:
    """The columns that findings are made of, of some rows; `target` is the host, else the network or address, mail address, AS number."""
    address = (
        pl.when(pl.col("prefix").is_null())
        .then(pl.col("ip"))
        .otherwise(pl.concat_str("ip", pl.lit("/"), pl.col("prefix").cast(pl.String)))
    )
    network = pl.concat_str(pl.lit("AS"), pl.col("asn").cast(pl.String))
    return records.select(
        "port",
        "tag",
        "path",
        pl.coalesce("host", address, "email", network).str.slice(0, LONGEST_TARGET).alias("target"),
        pl.when(pl.col("host").is_not_null()).then(address).alias("address"),
        pl.col("rsit").cast(pl.String).fill_null(UNKNOWN).alias("classification"),
        pl.col("severity").cast(pl.Int16),
    )


class Findings:
    """Collects findings over the batches of one run. Memory grows with the findings, not with the rows."""

    def __init__(self, severity: int) -> None:
        """`severity`: of rows whose source does not say."""
        self._severity = severity
        self._parts: list[pl.DataFrame] = []

    def add(self, matches: pl.DataFrame, records: pl.DataFrame) -> None:
        """`matches` of one batch (as `Attribution.found`: rows counted from 0, places in the index), and its records."""
        if not matches.height:
            return
        said = prepared(
            records[["host", "ip", "prefix", "email", "asn", "rsit", "severity", "port", "tag", "path"]][matches["row"]]
        )
        joined = matches.drop("row").hstack(said).sort("certainty", "reason", maintain_order=True)
        part = joined.group_by(KEY, maintain_order=True).agg(
            pl.col("certainty", "reason", "asset").first(),
            pl.len().alias("rows"),
            pl.col("severity").max(),
            *[
                pl.col(column).drop_nulls().unique(maintain_order=True).head(MOST).alias(name)
                for name, column in LISTS.items()
            ],
        )
        self._parts.append(part)
        if len(self._parts) >= 8:
            self._parts = [self._together()]

    def _together(self) -> pl.DataFrame:
        if len(self._parts) == 1:
            return self._parts[0]
        whole = pl.concat(self._parts).sort("certainty", "reason", maintain_order=True)
        return whole.group_by(KEY, maintain_order=True).agg(
            pl.col("certainty", "reason", "asset").first(),
            pl.col("rows").sum(),
            pl.col("severity").max(),
            *[pl.col(name).explode().drop_nulls().unique(maintain_order=True).head(MOST) for name in LISTS],
        )

    def frame(self, register: Register) -> pl.DataFrame:
        """All findings, with ids and words instead of places, `because` being the asset's value and `facts` JSON."""
        if not self._parts:
            return pl.DataFrame()
        whole = self._together()
        assets = named(register.assets, whole["asset"])
        return whole.select(
            named(register.organisations, whole["organisation"]).alias("organisation_id"),
            "target",
            "classification",
            pl.col("severity").fill_null(self._severity),
            certainty_words(whole["certainty"]).alias("certainty"),
            reason_words(whole["reason"]).alias("reason"),
            pl.Series("because", [register.values.get(key, "") if key else "" for key in assets], dtype=pl.String),
            assets.alias("asset"),
            pl.col("rows").cast(pl.Int64),
            pl.struct(*LISTS).struct.json_encode().alias("facts"),
        )


@dataclass(slots=True)
class OpenHost:
    """A host of interest that nobody owns: why it is listed, organisations that its name makes one think of, and in how many rows."""

    why: str
    hints: list[str]
    rows: int


class OpenHosts:
    """Collects the hosts of interest that nobody owns over the batches of one run."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.hosts: dict[str, OpenHost] = {}

    def add(self, found: pl.DataFrame) -> None:
        """Those of one batch (as `Attribution.open_hosts`)."""
        for host, why, hints, rows in found.select("host", "why", "hints", "rows").iter_rows():
            known = self.hosts.get(host)
            if known is None:
                self.hosts[host] = OpenHost(why, [self._register.organisations[place] for place in hints or ()], rows)
            else:
                known.rows += rows


def named(names: Sequence[str], places: pl.Series) -> pl.Series:
    """The names at these places; null for none."""
    if not len(names):
        return pl.Series([None] * len(places), dtype=pl.String)
    return pl.Series(names, dtype=pl.String).gather(places.cast(pl.Int64))


def certainty_words(codes: pl.Series) -> pl.Series:
    """The words of certainties."""
    return named([str(one) for one in CERTAINTIES], codes)


def reason_words(codes: pl.Series) -> pl.Series:
    """The words of reasons."""
    return named([str(one) for one in REASONS], codes)
