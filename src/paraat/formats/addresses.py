"""IP addresses of a whole column at once: text to numbers, and which are none."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from paraat.kernel.networks import parse_address

_OCTETS = ("a", "b", "c", "d")
_V4 = r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$"


@dataclass(frozen=True, slots=True)
class Addresses:
    """A column of addresses: canonical text, number (IPv4 only), prefix length (networks only), and which values are no address."""

    text: pa.StringArray
    ip4: pa.UInt32Array
    prefix: pa.UInt8Array
    bad: pl.Series | None


def read_addresses(text: pa.StringArray) -> Addresses:
    """Read a column of addresses. A null stays a null; "192.0.2.0/24" is a network (blocklist reports have them)."""
    numbers = _all_plain(text)
    if numbers is not None:
        return Addresses(text, numbers.to_arrow(), pa.nulls(len(text), pa.uint8()), None)
    return _some_odd(text)


def _all_plain(text: pa.StringArray) -> pl.Series | None:
    """The numbers of a column of nothing but canonical IPv4: its bytes read as a table of four numbers between dots."""
    if len(text) == 0 or text.null_count:
        return None
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(text)], pa.int32()), text), "\n")
    try:
        octets = arrow_csv.read_csv(
            pa.BufferReader(joined.buffers()[2]),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=_OCTETS),
            parse_options=arrow_csv.ParseOptions(delimiter=".", quote_char=False, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.uint8() for name in _OCTETS}, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None
    if octets.num_rows != len(text):
        return None
    number, width = _weigh(pl.DataFrame(octets))
    given = pl.Series(pc.binary_length(text))
    return number if (given == width).all() else None  # "010", " 1" and "0x1" are read as numbers but are not canonical


def _weigh(octets: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    weights = (1 << 24, 1 << 16, 1 << 8, 1)
    number = pl.sum_horizontal(
        pl.col(name).cast(pl.UInt32) * weight for name, weight in zip(_OCTETS, weights, strict=True)
    )
    width = pl.sum_horizontal((pl.col(name) >= bound).cast(pl.UInt8) for name in _OCTETS for bound in (10, 100)).cast(
        pl.Int32
    )
    done = octets.select(number.alias("number"), (width + 7).alias("width"))
    return done["number"], done["width"]


def _some_odd(text: pa.StringArray) -> Addresses:
    """The same where some are missing, IPv6, networks or wrong: those, and only those, one by one."""
    frame = pl.DataFrame({"text": pl.Series(text, dtype=pl.String)}).with_columns(pl.col("text").str.strip_chars())
    part = pl.col("text").str.split_exact(".", 3)
    octets = [part.struct.field(f"field_{index}") for index in range(4)]
    plain = pl.all_horizontal(
        pl.col("text").str.contains(_V4), *(octet.cast(pl.UInt8, strict=False).is_not_null() for octet in octets)
    ) & ~pl.col("text").str.contains(r"(?:^|\.)0\d")
    number = pl.sum_horizontal(
        octet.cast(pl.UInt32, strict=False) * weight
        for octet, weight in zip(octets, (1 << 24, 1 << 16, 1 << 8, 1), strict=True)
    )
    frame = frame.with_columns(pl.when(plain).then(number).alias("ip4"), plain.fill_null(False).alias("plain"))
    odd = frame.filter(~pl.col("plain") & pl.col("text").is_not_null())["text"].unique().to_list()
    known = pl.DataFrame(
        [(value, *_one(value)) for value in odd],
        schema={"text": pl.String, "canonical": pl.String, "number": pl.UInt32, "prefix": pl.UInt8},
        orient="row",
    )
    frame = frame.join(known, on="text", how="left", maintain_order="left").with_columns(
        pl.coalesce("ip4", "number").alias("ip4"),
        pl.when(pl.col("plain")).then("text").otherwise("canonical").alias("canonical"),
    )
    bad = frame["canonical"].is_null() & frame["text"].is_not_null()
    arrow = frame.select("canonical", "ip4", "prefix").to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    canonical, ip4, prefix = (_single(arrow[name]) for name in ("canonical", "ip4", "prefix"))
    return Addresses(canonical.cast(pa.string()), ip4, prefix, bad if bad.any() else None)


def _one(text: str) -> tuple[str | None, int | None, int | None]:
    base, slash, length = text.partition("/")
    address = parse_address(base)
    if address is None or (
        slash and not (length.isdigit() and len(length) < 4 and int(length) <= address.max_prefixlen)
    ):
        return None, None, None
    prefix = int(length) if slash and int(length) < address.max_prefixlen else None
    return str(address), int(address) if address.version == 4 else None, prefix


def _single(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
