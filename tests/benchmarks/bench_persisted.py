"""Attribution with its rows in PostgreSQL, against a bare COPY of the very same rows."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, Skipped, generated, measured, reference

NAMES = ("attribution-persisted",)
TARGET = 0.5
EVENTS = 300_000
CONSTITUENTS = 300


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio, and both sides."""
    name = NAMES[0]
    if name not in wanted:
        return
    if reference() is None:
        yield Skipped(name, TARGET, "../shared/reference is not there")
        return
    found = measured("tests.benchmarks.persisted", generated(EVENTS, CONSTITUENTS), CONSTITUENTS)
    yield Bench(name, found["eps_cpu"] / found["bare_eps_cpu"], TARGET)
    yield Note(f"{name}-ours", found["eps_cpu"], "events per processor second")
    yield Note(f"{name}-copy", found["bare_eps_cpu"], "events per processor second")
