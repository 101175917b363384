"""A room with two hundred people and fifty changes a second: when a change is on the others' screens, and how often their pages ask.

The figure is the wall clock of the whole (action, database, live process, web, page), so it says little on a machine that does something else
as well: a note names the load that was found before it began.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator

from tests.benchmarks.bench import Bench, Line, Note, measured

NAMES = ("room-200", "room-200-pace")
VIEWERS, SECONDS, RATE = 200, 20, 50
WITHIN = 2.0


def run(wanted: Container[str]) -> Iterator[Line]:
    """Seconds to the 95th percentile of screens, and seconds between two questions of one page."""
    if not any(name in wanted for name in NAMES):
        return
    busy = os.getloadavg()[0]
    found = measured("tests.benchmarks.room", VIEWERS, SECONDS, RATE)
    assert found["missing"] == 0, "a change never arrived"
    yield Bench("room-200", found["p95"], WITHIN, least=False)
    yield Bench("room-200-pace", found["gap"], 1.0)
    yield Note("room-200-half", found["p50"], "seconds to half of the screens")
    yield Note("room-200-rate", found["rate"], "changes a second that were made")
    yield Note("room-200-answer", found["answer_p95"], "seconds to an answer at the 95th percentile")
    yield Note("room-200-web", found["web_cpu"], "processor seconds of the web processes")
    yield Note("room-200-live", found["live_cpu"], "processor seconds of the live process")
    yield Note("room-200-load", busy, "load of the machine before it began")
