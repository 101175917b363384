"""Our side of the benchmark of evidence, and the other side: `cp`, `sha256sum` and `openssl enc` one after the other, on the same file."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BLOCK = 1 << 24


def main(size: int, folder: Path) -> None:
    """Print processor seconds (user and system) and wall seconds of both sides, and our peak of memory beyond what loading took (kilobytes)."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        os.environ |= {"PARAAT_HOME": place, "PARAAT_MODE": "test", "DJANGO_SETTINGS_MODULE": "paraat.settings"}
        os.environ["PARAAT_EVIDENCE_LIMIT"] = str(1 << 40)
        import django

        django.setup()
        source = Path(place) / "evidence.bin"
        _fill(source, size)
        theirs = _theirs(source)
        ours, memory = _ours(source)
    print(json.dumps({"theirs": theirs, "ours": ours, "memory_kb": memory, "bytes": size}))


def _fill(path: Path, size: int) -> None:
    """Random bytes, the same block with another beginning each time: nothing that a disk would compress."""
    block = bytearray(os.urandom(BLOCK))
    with path.open("wb") as file:
        for number in range(0, size, BLOCK):
            block[:8] = number.to_bytes(8, "big")
            file.write(block[: min(BLOCK, size - number)])
        file.flush()
        os.fsync(file.fileno())


def _ours(source: Path) -> tuple[tuple[float, float], int]:
    """The path of an upload: what `store_evidence` and the handler of the form both call."""
    from paraat.platform import configuration, vault

    vault.keep([b"warm"], limit=BLOCK)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def keep() -> None:
        with source.open("rb") as stream:
            vault.keep(stream, limit=configuration.EVIDENCE_LIMIT.get())

    spent = _timed(keep, resource.RUSAGE_SELF)
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _theirs(source: Path) -> tuple[float, float]:
    copy, sealed = source.with_suffix(".copy"), source.with_suffix(".sealed")
    cipher = ["-aes-256-ctr", "-K", "00" * 32, "-iv", "00" * 16]
    commands: Sequence[Sequence[str]] = (
        ["cp", str(source), str(copy)],
        ["sha256sum", str(copy)],
        ["openssl", "enc", *cipher, "-in", str(copy), "-out", str(sealed)],
        ["sync", str(sealed)],
    )

    def run() -> None:
        for command in commands:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    spent = _timed(run, resource.RUSAGE_CHILDREN)
    copy.unlink()
    sealed.unlink()
    return spent


def _timed(deed: Callable[[], None], who: int) -> tuple[float, float]:
    before, begin = resource.getrusage(who), time.monotonic()
    deed()
    after = resource.getrusage(who)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(processor, 3), round(time.monotonic() - begin, 3)


def room(folder: Path) -> int:
    """Bytes free where the benchmark writes."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
