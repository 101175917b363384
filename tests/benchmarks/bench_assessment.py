"""Three hundred SPOCs save answers at once, against a bare transaction of the very same rows."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("assessment-save",)
AGAINST_BARE = 3
"""Times the processor time of the same statements by the driver alone: what the verb, its checks, the ORM and the journal's digests may cost."""


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio, and what a save costs."""
    name = NAMES[0]
    if name not in wanted:
        return
    found = measured("tests.benchmarks.assessment_save")
    yield Bench(name, found["ours"] / found["bare"], AGAINST_BARE, least=False)
    yield Note(f"{name}-ours", found["ours"], "ms of processor time a save, here and in the database")
    yield Note(f"{name}-bare", found["bare"], "ms of processor time for the same rows in a bare transaction")
    yield Note(f"{name}-queries", found["queries"], "SQL queries a save")
    yield Note(f"{name}-p95", found["p95"], f"ms by the clock, 48 connections at once, {found['saves']:.0f} saves")
