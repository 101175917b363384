"""A byte stream cut into chunks of whole lines, and where each row begins: without a Python loop over rows as long as all is well."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from paraat.formats.errors import FormatError
from paraat.formats.reasons import Reason
from paraat.formats.source import Source

CHUNK = 16 << 20
LONGEST_ROW = 1 << 20
LONGEST_QUOTE = 64  # lines that one quoted value may span before its quote counts as a stray one
NEWLINE, RETURN = 10, 13
REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines, and the offset of the first one in the stream. The last chunk of a stream is `final`."""

    data: bytes
    offset: int
    final: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows ready to be parsed: `payload` has one line a row, in UTF-8; `offsets` and `raw` say where each row was and how it came.

    `broken`: some bytes were not UTF-8; in `payload` they are the replacement character.
    """

    payload: bytes
    offsets: pa.Int64Array
    raw: pa.BinaryArray
    broken: bool = False

    def __len__(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True, slots=True)
class Stray:
    """A row refused while cutting; `before` is how many good rows stand before it in the same chunk."""

    before: int
    offset: int
    reason: Reason
    raw: bytes


class Cutter:
    """Cuts a stream into chunks that end with a line; what a reader could not finish it hands back with `keep`."""

    def __init__(self, stream: Source, rest: bytes = b"", offset: int = 0) -> None:
        self._stream, self._rest, self._offset = stream, rest, offset

    def keep(self, rest: bytes) -> None:
        """Put the unread end of the last chunk before what follows."""
        self._rest, self._offset = rest + self._rest, self._offset - len(rest)

    def __iter__(self) -> Iterator[Chunk]:
        while True:
            more = self._stream.read(CHUNK)
            data = self._rest + more
            cut = len(data) if not more else data.rfind(b"\n") + 1
            chunk = Chunk(data[:cut] if cut < len(data) else data, self._offset, not more)
            self._rest, self._offset = data[cut:], self._offset + cut
            if len(self._rest) > 2 * CHUNK:
                raise FormatError("One row is longer than any table has.", bytes=len(self._rest))
            if chunk.data:
                yield chunk
            if not more:
                return


def plain_rows(chunk: Chunk) -> Rows:
    """The lines of a chunk as rows, blank ones left out. Right only where no quoted value holds a line end; the caller compares counts."""
    data = chunk.data if chunk.data.endswith(b"\n") else chunk.data + b"\n"
    octets = pl.from_arrow(pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)]))
    assert isinstance(octets, pl.Series)  # noqa: S101  (from_arrow of an array is a series)
    ends = (octets == NEWLINE).arg_true().cast(pl.Int32)
    starts = pl.concat([pl.Series([0], dtype=pl.Int32), ends[:-1] + 1])
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (octets.gather(starts) == RETURN))
    bounds = pl.concat([starts, pl.Series([len(chunk.data)], dtype=pl.Int32)]).to_arrow()
    raw = pa.Array.from_buffers(pa.binary(), len(starts), [None, bounds.buffers()[1], pa.py_buffer(data)])
    offsets = (starts.cast(pl.Int64) + chunk.offset).to_arrow()
    if blank.any():
        kept = (~blank).to_arrow()
        offsets, raw = offsets.filter(kept), raw.filter(kept)
    payload = _valid(data)
    return Rows(payload, offsets, raw, payload is not data)


def _valid(data: bytes) -> bytes:
    """The same bytes where they are UTF-8, else a copy with replacement characters."""
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8")
    return data


def careful_rows(chunk: Chunk, fields: int, delimiter: str) -> tuple[Rows, list[Stray], bytes]:
    """The rows of a chunk in which quoted values hold line ends or a quote is astray: slower, row by row.

    Returns the good rows (written anew, one line each), the rows refused, and the unfinished end that belongs to the next chunk.
    """
    lines = chunk.data.splitlines(keepends=True)
    found, strays = _Found([], [], io.StringIO()), list[Stray]()
    writer = csv.writer(found.payload, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    position, offset = 0, chunk.offset
    while position < len(lines):
        taken = _span(lines, position)
        if taken is None and not chunk.final and len(lines) - position < LONGEST_QUOTE:
            return found.rows(), strays, b"".join(lines[position:])
        values = _values(b"".join(lines[position : position + (taken or 1)]), delimiter)
        if taken is None or (taken > 1 and len(values) != fields):
            taken, values = 1, []
        raw = b"".join(lines[position : position + taken])
        if len(values) == fields:
            writer.writerow([_flat(value) for value in values])
            found.add(offset, raw)
        elif raw.strip(b"\r\n"):
            strays.append(Stray(len(found.offsets), offset, Reason.FIELDS if values else Reason.SHAPE, raw))
        position, offset = position + taken, offset + len(raw)
    return found.rows(), strays, b""


@dataclass(frozen=True, slots=True)
class _Found:
    offsets: list[int]
    raw: list[bytes]
    payload: io.StringIO

    def add(self, offset: int, raw: bytes) -> None:
        self.offsets.append(offset)
        self.raw.append(raw)

    def rows(self) -> Rows:
        payload = self.payload.getvalue()
        return Rows(
            payload.encode("utf-8"),
            pa.array(self.offsets, pa.int64()),
            pa.array(self.raw, pa.binary()),
            REPLACED in payload,
        )


def _span(lines: list[bytes], position: int) -> int | None:
    """How many lines the row at `position` takes until its quotes are balanced; None: not within reason."""
    quotes = 0
    for taken, line in enumerate(lines[position : position + LONGEST_QUOTE], start=1):
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            return taken
    return None


def _values(raw: bytes, delimiter: str) -> list[str]:
    text = raw.decode("utf-8", "replace").replace("\x00", REPLACED)
    try:
        rows = list(csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _flat(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
