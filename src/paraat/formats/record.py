"""THE harmonised record: what every format is translated into, as Arrow record batches; `Record` is the one-row view for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pyarrow as pa

RSIT = pa.dictionary(pa.int8(), pa.string())

SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),  # number of the input row, the first is 1
        pa.field("offset", pa.int64(), nullable=False),  # first byte of `raw` in the opened (decompressed) stream
        pa.field("seen_at", pa.timestamp("s", "UTC")),  # when the source saw it; null: the source does not say
        pa.field("ip", pa.string()),  # IPv4 or IPv6 as text
        pa.field("ip4", pa.uint32()),  # the same as a number; null unless IPv4
        pa.field(
            "prefix", pa.uint8()
        ),  # null: one address; else a network of that prefix length, `ip` being its first address
        pa.field("port", pa.uint16()),
        pa.field("host", pa.string()),  # lower case, ASCII (IDNA), no trailing dot
        pa.field("path", pa.string()),  # what of the host: begins with "/"
        pa.field("email", pa.string()),
        pa.field("asn", pa.uint32()),
        pa.field("rsit", RSIT),  # identifier in kernel.rsit, "availability.ddos"
        pa.field("severity", pa.uint8()),  # kernel.severity; null: the source does not say
        pa.field("tag", pa.string()),  # what the source says in a word: "rdp", "GET"
        pa.field("raw", pa.binary()),  # the input row as it came
    ]
)
"""Columns of a batch of records. Times are UTC. A null means "the source does not say", never "no"."""

QUARANTINE: pa.Schema = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),  # one of `reasons.Reason`
        pa.field("raw", pa.binary(), nullable=False),
    ]
)
"""Columns of the rows that could not be read: counted, kept, shown, re-playable; never silently dropped."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive input rows: those that could be read (`SCHEMA`) and those that could not (`QUARANTINE`)."""

    records: pa.RecordBatch
    quarantined: pa.RecordBatch

    @property
    def rows(self) -> int:
        """How many input rows this is: records + quarantined, always."""
        return int(self.records.num_rows + self.quarantined.num_rows)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a batch. For people and small inputs; work on volumes is done on whole batches."""

    row: int
    offset: int
    seen_at: datetime | None = None
    ip: str | None = None
    ip4: int | None = None
    prefix: int | None = None
    port: int | None = None
    host: str | None = None
    path: str | None = None
    email: str | None = None
    asn: int | None = None
    rsit: str | None = None
    severity: int | None = None
    tag: str | None = None
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One input row that could not be read, and why."""

    row: int
    offset: int
    reason: str
    raw: bytes


def records(batch: pa.RecordBatch) -> Iterator[Record]:
    """The rows of a batch of records one by one."""
    for row in batch.to_pylist():
        yield Record(**row)


def quarantined(batch: pa.RecordBatch) -> Iterator[Quarantined]:
    """The rows of a batch of quarantined rows one by one."""
    for row in batch.to_pylist():
        yield Quarantined(**row)


def to_batch(found: list[Record], refused: list[Quarantined]) -> Batch:
    """Rows as a batch; for formats that are read one row at a time."""
    return Batch(_table(found, SCHEMA, Record), _table(refused, QUARANTINE, Quarantined))


def _table(rows: list[Any], schema: pa.Schema, kind: type[Any]) -> pa.RecordBatch:
    names = [field.name for field in fields(kind)]
    columns = [pa.array([getattr(row, name) for row in rows], schema.field(name).type) for name in names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
