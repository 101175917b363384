"""Attribution: from the bytes of a report to attributed rows with reasons, quarantine and digest, without a database."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, Skipped, generated, measured, opponent, reference

NAMES = ("attribution-300", "attribution-100000", "attribution-intelmq")
TARGETS = {"attribution-300": 0.7, "attribution-100000": 0.7, "attribution-intelmq": 500.0}
EVENTS = 1_000_000
INTELMQ_EVENTS = 3_000  # it needs some seconds for these
OURS = "tests.benchmarks.attribution"


def run(wanted: Container[str]) -> Iterator[Line]:
    """The three ratios, and how long the index takes."""
    if reference() is None:
        yield from (
            Skipped(name, TARGETS[name], "../shared/reference is not there") for name in NAMES if name in wanted
        )
        return
    for constituents in (300, 100_000):
        if (name := f"attribution-{constituents}") in wanted:
            yield from _against_limit(name, constituents)
    if "attribution-intelmq" in wanted:
        yield from _against_intelmq("attribution-intelmq")


def _against_limit(name: str, constituents: int) -> Iterator[Line]:
    path = generated(EVENTS, constituents)
    limit, ours = opponent("columnar_limit.py", path, constituents), measured(OURS, path, constituents)
    yield Bench(name, ours["eps_cpu"] / limit["eps_cpu"], TARGETS[name])
    yield Note(f"{name}-ours", ours["eps_cpu"], "events per processor second")
    yield Note(f"{name}-limit", limit["eps_cpu"], "events per processor second")
    yield Note(f"{name}-index", ours["index_seconds"], "processor seconds to build the index")


def _against_intelmq(name: str) -> Iterator[Line]:
    path = generated(EVENTS, 300)
    peer, ours = opponent("intelmq_parse_sieve.py", path, INTELMQ_EVENTS, 300), measured(OURS, path, 300)
    yield Bench(name, ours["eps_cpu"] / peer["eps_cpu"], TARGETS[name])
    yield Note(f"{name}-peer", peer["eps_cpu"], "events per processor second")
