"""CSV of any size to batches of the harmonised record, whole columns at a time.

The quick way supposes that a chunk is in order and has Arrow check that while it parses; a chunk that is not in order is read again with care,
so that exactly its bad rows are quarantined. Only the columns that the layout names are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from paraat.formats.addresses import Addresses, read_addresses
from paraat.formats.errors import FormatError
from paraat.formats.lines import REPLACED, Chunk, Cutter, Rows, Stray, careful_rows, plain_rows
from paraat.formats.reasons import Reason
from paraat.formats.record import QUARANTINE, RSIT, SCHEMA, Batch
from paraat.formats.repair import repaired
from paraat.formats.source import Source
from paraat.formats.spread import spread_targets
from paraat.kernel.severity import Severity

TYPES: Mapping[str, pa.DataType] = {"seen_at": pa.timestamp("s"), "port": pa.uint16(), "asn": pa.uint32()}
NAMING = ("host", "host_else", "ip", "email")
LONGEST_HEADER = 1 << 20
SEVERITIES: Mapping[str, int] = {
    "critical": Severity.SERIOUS,
    "high": Severity.LIMITED,
    "medium": Severity.NUISANCE,
    "low": Severity.NUISANCE,
    "info": Severity.INFORMATION,
} | {str(level.value): level.value for level in Severity}
"""The words sources use for how bad it is, as kernel.severity."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column (by its place, the first is 0) says what of the record, and what holds for all rows.

    `columns`: fields of the record, and `host_else`: the host of the rows whose `host` is empty.
    `targets`: the host column holds targets as people write them (URLs, addresses, "a.be/a.be"), which win over a bad address column.
    """

    width: int
    columns: Mapping[str, int]
    delimiter: str = ","
    rsit: str | None = None
    severity: int | None = None
    targets: bool = False


Plan = Callable[[tuple[str, ...], str], Layout]
"""From the names in the header and the delimiter to the layout; raises FormatError when nothing in it names a victim."""


def read_table(stream: Source, plan: Plan) -> Iterator[Batch]:
    """The rows of a CSV with a header, in batches of some 16 MB of input.

    Raises FormatError when the header cannot be read. Memory stays flat, whatever the size.
    """
    names, delimiter, rest, begin = read_header(stream)
    if not names:
        return
    layout = plan(names, delimiter)
    cutter, row = Cutter(stream, rest, begin), 1
    for chunk in cutter:
        batch, left = read_chunk(chunk, layout, row)
        if left:
            cutter.keep(left)
        row += batch.rows
        if batch.rows:
            yield batch


def read_header(stream: Source) -> tuple[tuple[str, ...], str, bytes, int]:
    """Names of the columns, the delimiter, the bytes read past the header and their offset. No names: the stream is empty."""
    head = b""
    while b"\n" not in head.lstrip(b"\r\n\xef\xbb\xbf"):
        more = stream.read(1 << 16)
        head += more
        if not more:
            break
        if len(head) > LONGEST_HEADER:
            raise FormatError("The first line is too long for a header.")
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    line, _, rest = body.partition(b"\n")
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in line:
        raise FormatError("The file is not text in UTF-8; save it as CSV UTF-8.")
    names, delimiter = _names(line)
    return names, delimiter, rest, len(head) - len(rest)


def _names(line: bytes) -> tuple[tuple[str, ...], str]:
    try:
        text = line.decode("utf-8").strip("\r")
    except UnicodeDecodeError as error:
        raise FormatError("The header is not text in UTF-8.") from error
    delimiter = max(",;\t|", key=text.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FormatError("The header cannot be read.") from error
    return (tuple(name.strip() for name in rows[0]) if rows else ()), delimiter


def read_chunk(chunk: Chunk, layout: Layout, row: int) -> tuple[Batch, bytes]:
    """One chunk, whose first row has number `row`, as a batch; and its unfinished end, which belongs to the next chunk."""
    rows, strays, left = plain_rows(chunk), list[Stray](), b""
    table, refused = _parse(rows, layout)
    if table.num_rows + len(refused) != len(rows):
        rows, strays, left = careful_rows(chunk, layout.width, layout.delimiter)
        table, refused = _parse(rows, layout)
    if table.num_rows + len(refused) != len(rows):
        raise FormatError("The rows of this table cannot be told apart.", offset=chunk.offset)
    return _batch(table, rows, refused, strays, layout, row), left


def _parse(rows: Rows, layout: Layout) -> tuple[pa.Table, list[int]]:
    """The wanted columns (typed if all is in order, else as text), and the places of the rows with another number of fields."""
    try:
        return _arrow(rows, layout, {name: TYPES.get(name, pa.string()) for name in layout.columns})
    except pa.ArrowInvalid:
        return _arrow(rows, layout, dict.fromkeys(layout.columns, pa.string()))


def _arrow(rows: Rows, layout: Layout, types: Mapping[str, pa.DataType]) -> tuple[pa.Table, list[int]]:
    names = [f"c{place}" for place in range(layout.width)]
    refused: list[int] = []

    def refuse(found: Any) -> str:
        refused.append(found.number - 1)
        return "skip"

    if not len(rows):
        return pa.table({name: pa.array([], kind) for name, kind in types.items()}), refused
    table = arrow_csv.read_csv(
        pa.BufferReader(rows.payload),
        read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(rows.payload) + 1),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=True, ignore_empty_lines=True, invalid_row_handler=refuse
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=[f"c{place}" for place in layout.columns.values()],
            column_types={f"c{layout.columns[name]}": kind for name, kind in types.items()},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return table.rename_columns(list(layout.columns)), refused


def _batch(table: pa.Table, rows: Rows, refused: list[int], strays: list[Stray], layout: Layout, row: int) -> Batch:
    numbers, stray_numbers = _numbers(len(rows), strays, row)
    offsets, raw = rows.offsets, rows.raw
    quarantine = [
        _quarantine(stray_numbers, [s.offset for s in strays], [s.reason for s in strays], [s.raw for s in strays])
    ]
    if refused:
        mask = pl.Series([True]).extend_constant(True, len(rows) - 1).scatter(refused, False).to_arrow()
        gone = pc.invert(mask)
        quarantine.append(
            _quarantine(numbers.filter(gone), offsets.filter(gone), [Reason.FIELDS] * len(refused), raw.filter(gone))
        )
        numbers, offsets, raw = numbers.filter(mask), offsets.filter(mask), raw.filter(mask)
    columns, reasons = _columns(table, layout)
    if rows.broken:
        reasons = _first(_broken(table), reasons)
    columns |= {"row": numbers, "offset": offsets, "raw": raw}
    batch = pa.RecordBatch.from_arrays(
        [_column(columns, layout, name, table.num_rows) for name in SCHEMA.names], schema=SCHEMA
    )
    if reasons is not None and reasons.count():
        wrong = reasons.is_not_null().to_arrow()
        bad = batch.filter(wrong)
        quarantine.append(_quarantine(bad["row"], bad["offset"], reasons.drop_nulls().to_list(), bad["raw"]))
        batch = batch.filter(pc.invert(wrong))
    return Batch(
        batch,
        pa.Table.from_batches(quarantine).sort_by("row").combine_chunks().to_batches()[0]
        if any(part.num_rows for part in quarantine)
        else quarantine[0],
    )


def _numbers(count: int, strays: list[Stray], row: int) -> tuple[pa.Int64Array, list[int]]:
    """Row numbers of the good rows and of the strays between them."""
    numbers = pl.int_range(row, row + count, eager=True, dtype=pl.Int64)
    if strays:
        jumps = pl.Series([0]).extend_constant(0, count)
        before = pl.Series([stray.before for stray in strays]).value_counts()
        jumps = jumps.scatter(before.to_series(0), before["count"].cast(pl.Int64))
        numbers = numbers + jumps.cum_sum()[:count]
    return numbers.to_arrow(), [row + stray.before + index for index, stray in enumerate(strays)]


def _quarantine(numbers: Any, offsets: Any, reasons: list[Any], raw: Any) -> pa.RecordBatch:
    columns = [numbers, offsets, [str(reason) for reason in reasons], raw]
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, kind)
        for values, kind in zip(columns, QUARANTINE.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=QUARANTINE)


def _columns(table: pa.Table, layout: Layout) -> tuple[dict[str, pa.Array], pl.Series | None]:
    """The columns of the record that vary, and for each row why it cannot be taken (null: it can)."""
    found = {name: _whole(table[name]) for name in table.column_names}
    reasons: pl.Series | None = None
    if any(found[name].type == pa.string() for name in TYPES if name in found):
        found, reasons = repaired(found)
    if "host_else" in found:
        found["host"] = pc.coalesce(found["host"], found.pop("host_else"))
    if "severity" in found:
        found["severity"] = _severities(found["severity"], layout)
    addresses = read_addresses(found["ip"]) if "ip" in found else None
    if addresses is not None:
        found |= {"ip": addresses.text, "ip4": addresses.ip4, "prefix": addresses.prefix}
    if "host" in found and not layout.targets:
        found["host"] = pc.ascii_rtrim(pc.ascii_lower(found["host"]), ".")
    if "seen_at" in found:
        found["seen_at"] = found["seen_at"].cast(pa.timestamp("s", "UTC"))
    reasons = _first(reasons, _address_reasons(addresses, lenient=layout.targets))
    if layout.targets and "host" in found:
        found, wrong = spread_targets(found)
        reasons = _first(reasons, wrong)
    return found, _first(reasons, _nobody(found, table.num_rows))


def _broken(table: pa.Table) -> pl.Series | None:
    """The rows in which what names the victim is not UTF-8; elsewhere (the name of a city) it does not matter."""
    masks = [
        pl.Series(_whole(table[name])).str.contains(REPLACED, literal=True)
        for name in NAMING
        if name in table.column_names
    ]
    wrong = pl.select(pl.any_horizontal(masks)).to_series().fill_null(False)
    return _reason(wrong, Reason.ENCODING) if wrong.any() else None


def _severities(words: pa.StringArray, layout: Layout) -> pa.UInt8Array:
    """The source's own word for each row, else what holds for all rows."""
    places = pc.index_in(pc.ascii_lower(pc.ascii_trim_whitespace(words)), pa.array(list(SEVERITIES)))
    numbers = pc.take(pa.array(list(SEVERITIES.values()), pa.uint8()), places)
    return numbers if layout.severity is None else pc.fill_null(numbers, pa.scalar(layout.severity, pa.uint8()))


def _address_reasons(addresses: Addresses | None, *, lenient: bool) -> pl.Series | None:
    if addresses is None or addresses.bad is None or lenient:
        return None
    return _reason(addresses.bad, Reason.ADDRESS)


def _nobody(found: dict[str, pa.Array], count: int) -> pl.Series | None:
    """The rows that say of no column who is meant."""
    named = [found[name] for name in ("ip", "host", "email", "asn") if name in found]
    if any(column.null_count == 0 for column in named):
        return None
    empty = pl.Series([True]).extend_constant(True, count)[:count]
    for column in named:
        empty &= pl.Series(pc.is_null(column))
    return _reason(empty, Reason.NOBODY) if empty.any() else None


def _reason(mask: pl.Series, reason: Reason) -> pl.Series:
    frame = pl.DataFrame({"mask": mask})
    return frame.select(pl.when("mask").then(pl.lit(str(reason))).otherwise(None))["literal"]


def _first(reasons: pl.Series | None, more: pl.Series | None) -> pl.Series | None:
    if reasons is None or more is None:
        return more if reasons is None else reasons
    return pl.select(pl.coalesce(reasons, more)).to_series()


def _column(columns: dict[str, pa.Array], layout: Layout, name: str, count: int) -> pa.Array:
    kind = SCHEMA.field(name).type
    if name == "rsit" and layout.rsit is not None:
        return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), count), pa.array([layout.rsit])).cast(
            RSIT
        )
    if name == "severity" and "severity" not in columns and layout.severity is not None:
        return pa.repeat(pa.scalar(layout.severity, kind), count)
    return columns[name] if name in columns else pa.nulls(count, kind)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
