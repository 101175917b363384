"""Evidence: encrypting, digesting and keeping a file of 5 GB, against cp, sha256sum and openssl on the same file; memory beside it.

`EVIDENCE_BYTES` sets another size; on a small disk (it needs four times the file) the size shrinks and a note says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterator

from tests.benchmarks.bench import VAR, Bench, Line, Note, Skipped, measured
from tests.benchmarks.evidence import room

NAMES = ("evidence", "evidence-memory")
TARGET, MOST_MEMORY = 0.5, 64.0
SIZE = 5 * 1000**3


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio of processor time, and megabytes of memory."""
    folder = VAR / "bench"
    if not set(NAMES) & {name for name in NAMES if name in wanted}:
        return
    if shutil.which("openssl") is None:
        yield Skipped("evidence", TARGET, "openssl is not there")
        return
    asked = int(os.environ.get("EVIDENCE_BYTES", SIZE))
    size = min(asked, room(folder) // 5)
    found = measured("tests.benchmarks.evidence", size, folder)
    (theirs, their_wall), (ours, our_wall) = found["theirs"], found["ours"]
    yield Note("evidence-size", size / 1e9, "GB" if size == asked else "GB (the disk holds no more)")
    yield Bench("evidence", theirs / ours, TARGET)
    yield Note(
        "evidence-wall", their_wall / our_wall, "times the speed of cp + sha256sum + openssl by the clock on the wall"
    )
    yield Note("evidence-rate", size / 1e6 / ours, "MB a processor second")
    yield Note("evidence-peak", found["memory_kb"] / 1024, "MB of memory more than at the start")
    yield Bench("evidence-memory", found["memory_kb"] / 1024, MOST_MEMORY, least=False)
