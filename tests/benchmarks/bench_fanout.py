"""Fan-out: the same finished bytes, over the same number of connections, to a real SMTP server, against bare smtplib.

Rounds alternate, since the machine is shared. Rendering, signing and encrypting have notes of their own; so has a server without PIPELINING.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import ROOT, VAR, Bench, Line, Note, Skipped, measured, reference

NAMES = ("fanout-300", "fanout-100000")
TARGET = 0.6
CONNECTIONS = 4
ROUNDS = {300: 15, 100_000: 1}


def run(wanted: Container[str]) -> Iterator[Line]:
    """The two ratios and the notes."""
    if reference() is None:
        yield from (Skipped(name, TARGET, "../shared/reference is not there") for name in NAMES if name in wanted)
        return
    for messages, rounds in ROUNDS.items():
        if (name := f"fanout-{messages}") in wanted:
            yield from _against_bare(name, messages, rounds)
    if "fanout-300" in wanted:
        yield _in_turn()
        yield from (
            Note(f"fanout-{name}", value, "a processor second")
            for name, value in measured("tests.benchmarks.rendering").items()
        )


def _against_bare(name: str, messages: int, rounds: int) -> Iterator[Line]:
    with _sink() as port:
        pairs = [(_bare(port, messages), _ours(port, messages)) for _ in range(rounds)]
    bare, ours = (_together([pair[side] for pair in pairs]) for side in (0, 1))
    yield Bench(name, ours / bare, TARGET)
    yield Note(f"{name}-ours", ours, "messages a processor second")
    yield Note(f"{name}-bare", bare, "messages a processor second")
    yield Note(f"{name}-wall", _median([pair[1]["per_second"] for pair in pairs]), "messages a second")


def _in_turn() -> Line:
    with _sink("in-turn") as port:
        pairs = [(_bare(port, 3000), _ours(port, 3000)) for _ in range(5)]
    bare, ours = (_together([pair[side] for pair in pairs]) for side in (0, 1))
    return Note(
        "fanout-without-pipelining", ours / bare, "of bare smtplib, to a server that wants one command at a time"
    )


def _bare(port: int, messages: int) -> dict[str, Any]:
    """bare_smtp.py needs the standard library alone, so the interpreter is ours."""
    folder = reference()
    assert folder is not None
    command = [
        sys.executable,
        str(folder / "bare_smtp.py"),
        "127.0.0.1",
        str(port),
        str(messages),
        str(CONNECTIONS),
        str(_content()),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout))


def _ours(port: int, messages: int) -> dict[str, Any]:
    figures = measured("tests.benchmarks.fanout", "127.0.0.1", port, messages, CONNECTIONS, _content())
    assert figures["accepted"] == messages
    return figures


def _content() -> Path:
    """A finished notice of the usual length, the same for both sides."""
    path = VAR / "bench" / "notice.eml"
    if not path.exists():
        sys.path.insert(0, str(ROOT / "src"))
        from paraat.platform.channels.mail import Press
        from tests.benchmarks.rendering import SENDER, notice

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Press(SENDER).letter(notice()).content)
    return path


@contextlib.contextmanager
def _sink(*arguments: str) -> Iterator[int]:
    command = [sys.executable, str(Path(__file__).parent / "smtp_sink.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _together(runs: list[dict[str, Any]]) -> float:
    """Messages per processor second over all rounds: they are of equal size, so the harmonic mean."""
    return len(runs) / sum(1 / figures["per_cpu_second"] for figures in runs)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
