"""The population: what its page costs with 300 and with 10,000 constituents of 218 controls each, and what memory the export of all takes."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("population-300", "population-10000", "population-export")
AGAINST_PAGE, AGAINST_SMALL, AGAINST_MEMORY = 3, 3, 1.25
"""Counting one changed constituent again beside the page alone; 10,000 beside 300; the peak of memory of the export of 10,000 beside that of 300."""
FORMS = ("csv", "xlsx", "pdf")


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratios, and what each thing costs."""
    small = measured("tests.benchmarks.population", 300, "pdf")
    if "population-300" in wanted:
        yield Bench("population-300", small["changed"] / small["page"], AGAINST_PAGE, least=False)
        yield from _notes("population-300", small, 300)
    if "population-10000" not in wanted and "population-export" not in wanted:
        return
    large = measured("tests.benchmarks.population", 10_000, "pdf")
    if "population-10000" in wanted:
        yield Bench("population-10000", large["page"] / small["page"], AGAINST_SMALL, least=False)
        yield from _notes("population-10000", large, 10_000)
    if "population-export" in wanted:
        ratio = max(large[f"{form}_peak"] / small[f"{form}_peak"] for form in FORMS)
        yield Bench("population-export", ratio, AGAINST_MEMORY, least=False)
        for form in FORMS:
            yield Note(
                f"population-export-{form}",
                large[f"{form}_peak"] / small[f"{form}_peak"],
                "peak of memory, 10,000 beside 300",
            )
            yield Note(f"population-export-{form}-size", large[f"{form}_bytes"] / 2**20, "MB written")


def _notes(name: str, found: dict[str, float], constituents: int) -> Iterator[Note]:
    yield Note(f"{name}-page", found["page"] * 1000, "ms of processor time, page and database")
    yield Note(
        f"{name}-changed", found["changed"] * 1000, "ms, when a constituent changed just before: counted again first"
    )
    yield Note(f"{name}-counting", found["counted"] * 1000 / constituents, "ms a constituent to count everybody")
