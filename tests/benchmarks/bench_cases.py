"""The list of cases: what the first page, a filtered one and a searched one cost beside the same SQL by a raw cursor and the same template."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("cases-10000", "cases-100000")
AGAINST_RAW = 3
FIR_MILLISECONDS, FIR_QUERIES = 337, 555
"""FIR's incident list, 10,000 rows, 50 shown: 337 to 364 ms of processor time a call; quoted, not measured here."""


def run(wanted: Container[str]) -> Iterator[Line]:
    """For both sizes the worst of the three ratios, and what every page costs."""
    for name in NAMES:
        if name not in wanted:
            continue
        found = measured("tests.benchmarks.cases", int(name.partition("-")[2]))
        ratios = [found[f"{page}-page"] / found[f"{page}-raw"] for page in PAGES]
        yield Bench(name, max(ratios), AGAINST_RAW, least=False)
        for page, ratio in zip(PAGES, ratios, strict=True):
            yield Note(f"{name}-{page}", found[f"{page}-page"] * 1000, "ms of processor time a call, page and database")
            yield Note(f"{name}-{page}-ratio", ratio, "times the same SQL and template")
            yield Note(f"{name}-{page}-queries", found[f"{page}-queries"], "SQL queries")
        if name == "cases-10000":
            yield Note(f"{name}-fir", FIR_MILLISECONDS, f"ms a call in FIR, {FIR_QUERIES} queries (quoted)")
            yield Note(f"{name}-times-fir", FIR_MILLISECONDS / (found["first-page"] * 1000), "times less than FIR")


PAGES = ("first", "filtered", "searched")
