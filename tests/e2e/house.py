"""The demonstration as `make run` starts it, for a test or a picture."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.installation import ROOT, Installation, installation


@contextmanager
def demonstration(**settings: str) -> Iterator[Installation]:
    """All processes of a demonstration of its own, with further PARAAT_ settings, once its first page answers."""
    with installation(**settings) as made:
        command = [sys.executable, "-m", "paraat.cli.main", "run"]
        process = subprocess.Popen(
            command, env=made.environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            made.wait(lambda: _answers(made), seconds=240, what="the first page")
            yield made
        finally:
            made.down()
            process.wait(60)


def _answers(made: Installation) -> bool:
    with urllib.request.urlopen(made.url("/welcome/"), timeout=2) as answer:
        return bool(answer.status == 200)
