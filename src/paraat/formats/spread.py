"""A column of targets as people write them, spread over the columns of the record. Each different value is read once."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from paraat.formats.reasons import Reason
from paraat.formats.record import SCHEMA
from paraat.formats.target import Target, parse_target

_TEXT = {"host": pl.String, "ip": pl.String, "path": pl.String, "email": pl.String}
_NUMBERS = {"ip4": pl.UInt32, "prefix": pl.UInt8, "port": pl.UInt16}


def spread_targets(columns: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], pl.Series]:
    """The columns with `host` read as targets, and per row the reason why it cannot be taken (null where it can).

    What a target says itself (port, path) wins over nothing, and a column of its own wins over the target; an address in place of a host counts
    as the address.
    """
    text = pl.Series(columns["host"], dtype=pl.String).str.strip_chars()
    frame = pl.DataFrame({"text": text})
    known = _read(text.unique().drop_nulls().to_list())
    spread = frame.join(known, on="text", how="left", maintain_order="left")
    found = dict(columns)
    for name in (*_TEXT, *_NUMBERS):
        own = pl.Series(columns[name]) if name in columns and name != "host" else None
        mixed = (
            spread[name]
            if own is None
            else pl.select(pl.coalesce(own.cast(spread.schema[name]), spread[name])).to_series()
        )
        found[name] = mixed.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SCHEMA.field(name).type)
    wrong = spread["read"].is_null() & (text.fill_null("") != "")
    return found, spread.select(pl.when(wrong).then(pl.lit(str(Reason.HOST)))).to_series()


def _read(values: list[str]) -> pl.DataFrame:
    schema = {"text": pl.String, "read": pl.Boolean} | _TEXT | _NUMBERS
    names = [*_TEXT, *_NUMBERS]
    rows = [(value, True, *(getattr(target, name) for name in names)) for value, target in _targets(values)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _targets(values: list[str]) -> list[tuple[str, Target]]:
    pairs = ((value, parse_target(value)) for value in values)
    return [(value, target) for value, target in pairs if target is not None]
