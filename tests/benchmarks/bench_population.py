"""The population: what its page costs with 300 and with 10,000 constituents of 218 controls each, what one that changed costs, and what memory
the export of all takes. The targets are explained in README.md."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("population-300", "population-10000", "population-queries", "population-touched", "population-export")
AGAINST_READY, AGAINST_SMALL, AGAINST_QUERIES, AGAINST_TOUCHED, AGAINST_HELD = 15, 3, 1, 1.5, 0.25
FORMS = ("csv", "xlsx", "pdf")


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratios, and what each thing costs."""
    small = measured("tests.benchmarks.population", 300)
    if "population-300" in wanted:
        yield Bench("population-300", small["page"] / small["ready"], AGAINST_READY, least=False)
        yield from _notes("population-300", small, 300)
    if all(name not in wanted for name in NAMES[1:]):
        return
    large = measured("tests.benchmarks.population", 10_000)
    for name, measure, target in (
        ("population-10000", "page", AGAINST_SMALL),
        ("population-queries", "queries", AGAINST_QUERIES),
        ("population-touched", "touched", AGAINST_TOUCHED),
    ):
        if name in wanted:
            yield Bench(name, large[measure] / small[measure], target, least=False)
    if "population-10000" in wanted:
        yield from _notes("population-10000", large, 10_000)
    if "population-export" in wanted:
        yield from _exports(small, large)


def _notes(name: str, found: dict[str, Any], constituents: int) -> Iterator[Note]:
    yield Note(f"{name}-page", found["page"] * 1000, "ms of processor time, page and database")
    yield Note(f"{name}-ready-made", found["ready"] * 1000, "ms, the same bytes ready-made")
    yield Note(f"{name}-changed", found["changed"] * 1000, "ms, when a constituent changed just before: counted first")
    yield Note(f"{name}-touched", found["touched"] * 1000, "ms to note that one constituent changed and count it again")
    yield Note(f"{name}-counting", found["counted"] * 1000 / constituents, "ms a constituent by the clock, all at once")
    yield Note(f"{name}-peers", found["frozen"], "s by the clock to freeze the groups of peers")
    yield Note(f"{name}-queries", found["queries"], "SQL queries of the five pages together")


def _exports(small: dict[str, Any], large: dict[str, Any]) -> Iterator[Line]:
    """What the most memory of each form grows by from 300 to 10,000, beside what holding all rows at once does."""
    grows = {one: large[one]["extra"] - small[one]["extra"] for one in (*FORMS, "held")}
    yield Bench("population-export", max(grows[one] for one in FORMS) / grows["held"], AGAINST_HELD, least=False)
    for one, growth in grows.items():
        name = f"population-export-{one}"
        yield Note(name, growth, "MB that 10,000 take more than 300, at the peak")
        yield Note(f"{name}-peak", large[one]["extra"], "MB at the peak for 10,000, above what the process held before")
        yield Note(f"{name}-size", large[one]["size"], "MB written for 10,000")
