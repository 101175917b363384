"""Twenty-five tenants with all services at once on this host: how long until clients proved them all, and what one takes. No opponent, so notes only.

PARAAT_BENCH_TENANTS and PARAAT_BENCH_SERVICES make it smaller.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator

from paraat.cloud.drivers.podman import Driver
from tests.benchmarks.bench import Line, Note, Skipped, measured

NAMES = ("cloud-density",)
TENANTS = os.environ.get("PARAAT_BENCH_TENANTS", "25")
SERVICES = os.environ.get("PARAAT_BENCH_SERVICES", "all").split(",")


def run(wanted: Container[str]) -> Iterator[Line]:
    """Seconds and megabytes; it fails when a tenant reaches another or something stays."""
    if "cloud-density" not in wanted:
        return
    if lacks := Driver().lacks():
        yield Skipped("cloud-density", 0, "; ".join(lacks))
        return
    said = measured("tests.cloud.density", TENANTS, *SERVICES)
    yield Note("cloud-density-tenants", said["tenants"], f"tenants of {len(said['services'])} services at once")
    for name, what in (("start", "started"), ("verify", "proven by clients"), ("end", "removed")):
        yield Note(f"cloud-density-{name}", said[name], f"seconds until all were {what}")
    for name, what in (("least", "the smallest"), ("mean", "one on average"), ("most", "the largest")):
        yield Note(f"cloud-density-{name}", said[name] / 2**20, f"MB of memory that {what} takes")
    yield Note("cloud-density-host", said["host"] / 2**20, "MB of this host's memory for all")
