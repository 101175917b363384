"""A table of one's own: CSV with a mapping of columns ({"host": "Domain"}), or none where the names of the columns speak for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from paraat.formats.columnar import Layout, read_table
from paraat.formats.columns import guess_columns, mapped_columns
from paraat.formats.reading import Format, Options
from paraat.formats.record import Batch
from paraat.formats.source import Source

UNKNOWN = "other.undetermined"


def read(stream: Source, options: Options) -> Iterator[Batch]:
    """The rows of the table. Raises FormatError when no column says who is meant."""

    def plan(names: tuple[str, ...], delimiter: str) -> Layout:
        columns = (
            mapped_columns(options.mapping, names)
            if options.mapping
            else guess_columns([name.lower() for name in names])
        )
        return Layout(len(names), columns, delimiter, UNKNOWN, targets=True)

    yield from read_table(stream, plan)


def _recognises(name: str, head: bytes) -> bool:
    return name.lower().endswith((".csv", ".tsv")) and b"\x00" not in head


def _dated(_head: bytes) -> datetime | None:
    """None: rows may have a time of their own, the table as a whole has none."""
    return None


FORMAT = Format("csv", "Table (CSV)", read, _recognises, _dated, interest=True, order=80)
