"""What is left of podman on this host when nobody asks it for anything: its service ends, its containers go on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

_SECONDS = 15.0
_OF_A_COMMAND = "--exec-process-spec"
"""In the process that watches over a command in a container, and not over the container itself."""


def end(kept: Path, name: str) -> None:
    """End the process whose number is kept in a file, if it still is the one that has `name` among its words; wait until it is gone."""
    try:
        number = int(kept.read_text())
    except (FileNotFoundError, ValueError):
        return
    kept.unlink(missing_ok=True)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            if name in " ".join(_words(number)):
                os.kill(number, sign)
        if _until(lambda: name not in " ".join(_words(number))):
            return


def rest(store: Path) -> int:
    """How many containers of a store run. When none does, what podman left mounted in it is unmounted."""
    watchers = [(number, words) for number, words in _watchers(store)]
    running = sum(1 for _, words in watchers if _OF_A_COMMAND not in words)
    if not running:
        for number, _ in watchers:  # their commands ended; they only wait until the exit code was asked
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        _unmount(store)
    return running


def _watchers(store: Path) -> Iterator[tuple[int, list[str]]]:
    """Every process of `conmon` for this store: one per container, one per command in one."""
    for folder in Path("/proc").glob("[0-9]*"):
        words = _words(int(folder.name))
        if words and Path(words[0]).name == "conmon" and any(word.startswith(f"{store}/") for word in words):
            yield int(folder.name), words


def _words(number: int) -> list[str]:
    """The command line of a process; empty when there is none, or when it only waits to be buried."""
    try:
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def _unmount(store: Path) -> None:
    """Everything at or below the store, the deepest first. Lazily: who still looks into it is not waited for."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [place for place in mounts if place == str(store) or place.startswith(f"{store}/")]
    for place in sorted(inside, key=len, reverse=True):
        subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)


def _until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _SECONDS
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
