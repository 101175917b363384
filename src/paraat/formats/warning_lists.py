"""Lists of values that are mostly harmless (MISP's warning lists, by `pymispwarninglists`): public resolvers, much visited sites, cloud ranges.

All of them together take 1.6 s of processor time and 340 MB to load (measured 2026-11), which no web process should carry: a process of its own
loads them, answers for all values of one text at once, and ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from paraat.kernel.errors import ParaatError

_PATIENCE = 120


class NoLists(ParaatError):
    """The lists of harmless values could not be read; nothing was proposed."""

    permanent = False


def lists_with(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Which lists hold each value; `values` maps what to answer under to what to look for (the host of a URL). Those on no list are left out.

    Raises NoLists: that the lists cannot be read must not look like a value that is on none.
    """
    if not values:
        return {}
    path = os.pathsep.join([str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "paraat.formats.warning_lists"],
            input=json.dumps(dict(values)).encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        found: dict[str, list[str]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise NoLists() from error
    return found


def _answer(values: Mapping[str, str]) -> dict[str, Sequence[str]]:
    from pymispwarninglists.api import WarningLists

    lists = WarningLists()
    found = {key: sorted({str(one.name) for one in lists.search(value)}) for key, value in values.items()}
    return {key: names for key, names in found.items() if names}


if __name__ == "__main__":
    json.dump(_answer(json.load(sys.stdin)), sys.stdout)
