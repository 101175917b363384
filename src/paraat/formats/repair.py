"""Columns that came as text because some value was not in order: what can be read is read, and each bad row gets its reason."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from paraat.formats.reasons import Reason

_REASONS: Mapping[str, Reason] = {"seen_at": Reason.TIME, "port": Reason.PORT, "asn": Reason.ASN}
_MOMENTS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
_ZONED = r"(?:[+-]\d\d:?\d\d)$"


def repaired(columns: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], pl.Series]:
    """The columns in their types; and per row the reason why it cannot be taken, null where it can."""
    frame = pl.DataFrame({name: pl.Series(column, dtype=pl.String) for name, column in columns.items()})
    reasons: list[pl.Series] = []
    found: dict[str, pa.Array] = {}
    for name in columns:
        value = _converted(frame[name], name)
        wrong = value.is_null() & frame[name].is_not_null()
        if name in _REASONS and wrong.any():
            reasons.append(_when(wrong, _REASONS[name]))
        found[name] = value.to_arrow(compat_level=pl.CompatLevel.oldest())
        if value.dtype == pl.String:
            found[name] = found[name].cast(pa.string())
    nothing = pl.Series([None], dtype=pl.String).extend_constant(None, frame.height)[: frame.height]
    return found, pl.select(pl.coalesce(*reasons, nothing)).to_series()


def _converted(text: pl.Series, name: str) -> pl.Series:
    trimmed = text.str.strip_chars()
    if name == "port":
        return trimmed.cast(pl.UInt16, strict=False)
    if name == "asn":
        return trimmed.str.replace(r"(?i)^as\s?", "").cast(pl.UInt32, strict=False)
    if name == "seen_at":
        return moments(trimmed)
    return text


def moments(text: pl.Series) -> pl.Series:
    """Times as people and programs write them, to UTC seconds without zone. What says no zone is UTC; null: cannot be read."""
    plain = pl.col("text").str.replace(r"^(\d{4}-\d\d-\d\d)T", "$1 ").str.replace(r"\s?(?:Z|UTC|GMT)$", "")
    read = [plain.str.to_datetime(style, strict=False, time_unit="us") for style in _MOMENTS]
    days = [plain.str.to_date(style, strict=False).cast(pl.Datetime("us")) for style in _DAYS]
    whole = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", strict=False, time_unit="us").dt.replace_time_zone(None)
    frame = pl.DataFrame({"text": text})
    zoned = frame.select(pl.when(plain.str.contains(_ZONED)).then(whole)).to_series()
    found = frame.select(pl.coalesce(pl.lit(zoned), *read, *days).alias("at"))["at"]
    return found.dt.cast_time_unit("ms").dt.truncate("1s")


def _when(mask: pl.Series, reason: Reason) -> pl.Series:
    return pl.DataFrame({"mask": mask}).select(pl.when("mask").then(pl.lit(str(reason)))).to_series()
