"""Run the benchmarks; see README.md."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests.benchmarks.bench import Bench, Line, reference


def main() -> int:
    """Print the lines; 1 when one is short."""
    only, short, printed = (sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ONLY", "")), 0, 0
    for module in _modules():
        wanted = frozenset(name for name in module.NAMES if _is_wanted(name, only))
        for line in _lines(module, wanted):
            if line.name in wanted or not isinstance(line, Bench):
                print(line, flush=True)
                printed += 1
                short += isinstance(line, Bench) and not line.ok
    if only and not printed:
        print(f"There is no benchmark called {only}.", file=sys.stderr)
        return 2
    return 1 if short else 0


def _modules() -> Iterator[ModuleType]:
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        yield importlib.import_module(f"tests.benchmarks.{path.stem}")


def _is_wanted(name: str, only: str) -> bool:
    return not only or name == only or (only.endswith("-") and name.startswith(only))


def _lines(module: ModuleType, wanted: frozenset[str]) -> Iterator[Line]:
    if not wanted:
        return
    try:
        yield from module.run(wanted)
    except (subprocess.CalledProcessError, OSError) as error:
        for name in sorted(wanted):
            print(f"BENCH {name} - failed: {error}", flush=True)
        if reference() is not None:
            raise SystemExit(1) from error


if __name__ == "__main__":
    sys.exit(main())
