"""Names to groups: a whole column of host names looked up in hundreds of thousands of names without building a hash table each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

_BITS = 22  # 4 million slots of one bit: 95% of the names that are not ours are gone after one memory access


@dataclass(frozen=True, slots=True)
class Names:
    """Known names in the order of their hash, their groups, and a filter of which hashes occur at all."""

    hashes: pl.Series
    names: pl.Series
    groups: pl.Series
    filter: pl.Series

    def find(self, rows: pl.Series, texts: pl.Series) -> pl.DataFrame:
        """The rows (`row`, `group`) whose text is a known name."""
        frame = pl.DataFrame({"row": rows, "text": texts}).with_columns(texts.hash().alias("hash"))
        frame = frame.filter(self.filter.gather(frame["hash"] // (1 << 64 - _BITS)))
        if not frame.height or not len(self.names):
            return pl.DataFrame(schema={"row": pl.UInt32, "group": pl.Int32})
        place = self.hashes.search_sorted(frame["hash"], side="left").clip(upper_bound=len(self.names) - 1)
        return frame.select("row", self.groups.gather(place).alias("group")).filter(
            self.names.gather(place) == frame["text"]
        )


def make_names(groups: Mapping[str, int]) -> Names:
    """A table of names to look up. Two names of one hash do not occur below some thousand million names; it is checked all the same."""
    texts = pl.Series(list(groups), dtype=pl.String)
    frame = pl.DataFrame({"name": texts, "group": pl.Series(list(groups.values()), dtype=pl.Int32)})
    frame = frame.with_columns(texts.hash().alias("hash")).sort("hash")
    if frame["hash"].n_unique() != frame.height:
        raise ArithmeticError("two names have one hash")
    slots = pl.Series([False]).extend_constant(False, (1 << _BITS) - 1)
    slots = slots.scatter((frame["hash"] // (1 << 64 - _BITS)).unique(), True) if frame.height else slots
    return Names(frame["hash"], frame["name"], frame["group"], slots)


def rest_of(texts: pl.Series) -> pl.Series:
    """Each name without its first label; null where there is no more than one."""
    return texts.str.splitn(".", 2).struct.field("field_1")
