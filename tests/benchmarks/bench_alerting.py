"""What the database costs beside the fan-out itself: lines of their own, without a target."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Line, Note, measured

NAMES = ("fanout-database",)
TOWNS = 3000
WORDS = {
    "notices": "notices made and sent off a processor second",
    "outcomes": "mails claimed, worded and written down a processor second",
    "climbed": "notices that climb a rung a processor second",
}


def run(wanted: Container[str]) -> Iterator[Line]:
    """Three figures of one run."""
    if "fanout-database" in wanted:
        found = measured("tests.benchmarks.bookkeeping", TOWNS)
        yield from (Note(f"fanout-database-{name}", found[name], unit) for name, unit in WORDS.items())
