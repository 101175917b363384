"""Live updates: processor time of the live process per event delivered to 1,000 open streams, against the barest ASGI app that does it."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("live-1000",)
STREAMS = 1000
EVENTS = 100


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio, and both figures."""
    if "live-1000" not in wanted:
        return
    bare, ours = (measured("tests.benchmarks.live", side, STREAMS, EVENTS) for side in ("bare", "ours"))
    yield Bench("live-1000", ours["us"] / bare["us"], 1.5, least=False)
    yield Note("live-1000-ours", ours["us"], "microseconds per delivery")
    yield Note("live-1000-bare", bare["us"], "microseconds per delivery")
