"""What a file said, row by row: observations, matches and quarantined rows, by COPY. Written by the reader of a run, within its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl
import pyarrow as pa

from paraat.formats.reasons import Reason
from paraat.kernel.ids import uuid7
from paraat.observations.actions.copying import copy_frame
from paraat.observations.collecting import UNKNOWN, certainty_words, named, reason_words
from paraat.observations.models import Match, Observation, QuarantinedRow
from paraat.observations.register import Register

LONGEST_TAG = 200
FIELDS = {
    Reason.ADDRESS: "ip",
    Reason.HOST: "host",
    Reason.TIME: "time",
    Reason.PORT: "port",
    Reason.ASN: "asn",
}
"""Which field a reason speaks of; the other reasons speak of the whole row."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that rows come from: its id, file name, feed type, and when it was received (aware)."""

    run: UUID
    file_name: str
    feed_type: str
    received_at: datetime


def store_observations(*, origin: Origin, records: pl.DataFrame) -> int:
    """Add the records of a batch; returns how many."""
    return copy_frame(
        Observation,
        records.select(
            pl.lit(str(origin.run)).alias("run"),
            "row",
            "offset",
            pl.col("seen_at").alias("observed_at"),
            pl.lit(_written(origin.received_at)).alias("received_at"),
            pl.lit(origin.feed_type).alias("feed_type"),
            pl.col("rsit").cast(pl.String).fill_null(UNKNOWN).alias("classification"),
            "severity",
            "host",
            "ip",
            "prefix",
            "port",
            "asn",
            "email",
            "path",
            pl.col("tag").str.slice(0, LONGEST_TAG),
            text_of(records["raw"]).alias("raw"),
        ),
        never_null="raw",
    )


def store_matches(*, run: UUID, matches: pl.DataFrame, rows: pl.Series, register: Register) -> int:
    """Add the matches of a batch (as `Attribution.found`); `rows` are the numbers of its rows in the input. Returns how many."""
    if not matches.height:
        return 0
    return copy_frame(
        Match,
        matches.select(
            pl.lit(str(run)).alias("run"),
            rows.gather(matches["row"]).alias("row"),
            named(register.organisations, matches["organisation"]).alias("organisation_id"),
            named(register.assets, matches["asset"]).alias("asset"),
            reason_words(matches["reason"]).alias("reason"),
            certainty_words(matches["certainty"]).alias("certainty"),
        ),
    )


def store_quarantine(*, origin: Origin, refused: pa.RecordBatch) -> int:
    """Add the rows that could not be read; returns how many."""
    if not refused.num_rows:
        return 0
    found = pl.DataFrame(pl.from_arrow(refused))
    return copy_frame(
        QuarantinedRow,
        found.select(
            pl.Series("id", [str(uuid7()) for _ in range(found.height)]),
            pl.lit(str(origin.run)).alias("run"),
            pl.lit(origin.file_name).alias("file_name"),
            "row",
            "offset",
            pl.col("reason")
            .replace_strict(
                {str(reason): field for reason, field in FIELDS.items()}, default="", return_dtype=pl.String
            )
            .alias("field"),
            "reason",
            text_of(found["raw"]).alias("raw"),
            pl.lit(_written(origin.received_at)).alias("at"),
            pl.lit(QuarantinedRow.State.OPEN.value).alias("state"),
            pl.lit("").alias("decided_by"),
        ),
        never_null="raw",
    )


def forget_rows(*, run: UUID) -> None:
    """Take back what an earlier, unfinished reading of this run stored."""
    Observation.objects.filter(run=run).delete()
    Match.objects.filter(run=run).delete()
    QuarantinedRow.objects.filter(run=run).delete()


def text_of(raw: pl.Series) -> pl.Series:
    """Rows as they came, as text for people: no line end; what is not UTF-8 shows as U+FFFD (the file itself is kept as it came)."""
    try:
        text = raw.cast(pl.String)
    except pl.exceptions.ComputeError:  # one row that is not UTF-8 fails the whole column
        text = pl.Series([None if row is None else row.decode("utf-8", "replace") for row in raw], dtype=pl.String)
    return text.fill_null("").str.strip_chars_end("\r\n")


def _written(moment: datetime) -> str:
    return moment.isoformat()
