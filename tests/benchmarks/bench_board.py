"""The board: what its page costs beside the same bytes ready-made, and what 100,000 constituents cost beside 300."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("board-300", "board-100000")
AGAINST_READY, AGAINST_SMALL = 12, 1.5


def run(wanted: Container[str]) -> Iterator[Line]:
    """Both ratios, and what one request costs."""
    small = measured("tests.benchmarks.board", 300)
    if "board-300" in wanted:
        yield Bench("board-300", small["fresh"] / small["ready"], AGAINST_READY, least=False)
        yield from _notes("board-300", small)
    if "board-100000" in wanted:
        large = measured("tests.benchmarks.board", 100_000)
        yield Bench("board-100000", large["fresh"] / small["fresh"], AGAINST_SMALL, least=False)
        yield from _notes("board-100000", large)


def _notes(name: str, found: dict[str, float]) -> Iterator[Note]:
    yield Note(f"{name}-page", found["fresh"] * 1000, "ms of processor time, page and database")
    yield Note(f"{name}-remembered", found["remembered"] * 1000, "ms, when nothing changed since the last viewer")
    yield Note(f"{name}-ready-made", found["ready"] * 1000, "ms, the same bytes ready-made")
    yield Note(f"{name}-bytes", found["bytes"], "bytes")
