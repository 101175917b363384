"""kill -9 during a triage, a merge, a freeze and an upload, and of every process around them: the state is before or after, never between."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.fault

FIRE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('urgent', 'incidents.jobs.remind_of_clocks', '{"timestamp": 1}')
"""


def respond(installation: Installation, *arguments: str) -> Any:
    """What `python -m tests.faults.respond` prints; its own assertions fail this test."""
    command = [sys.executable, "-m", "tests.faults.respond", *arguments]
    done = subprocess.run(
        command, env=installation.environment, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("deed", "rounds"), [("triage", 10), ("merge", 8), ("freeze", 6), ("upload", 8)])
def test_a_deed_that_is_killed_is_done_or_not_done(installation: Installation, deed: str, rounds: int) -> None:
    found = respond(installation, deed, str(rounds))
    assert found["before"] >= 1, "nothing was killed in time: the test proves nothing"
    assert found["before"] + found.get("after", 0) == rounds
