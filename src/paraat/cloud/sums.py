"""What is in a folder, as SHA-256 per path: a backup is recorded by it, and a restore is compared with it.

No link is followed, whatever a tenant does meanwhile.
Names are bytes on a file system; they are kept as text with surrogates, which JSON carries as escapes, so that no name is lost.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from paraat.cloud import walking

CHUNK = 1 << 20
TOGETHER = 200
"""Files that one thread hashes before it asks for more: small ones would cost more to hand out than to read."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One file: its SHA-256 (of a link: of what it points at, as text), its size, and when it was changed (nanoseconds)."""

    digest: str
    size: int
    changed: int = 0


Sums = dict[str, Sum]
"""Path relative to the folder -> its sum."""


def of_folder(folder: Path, known: Mapping[str, Sum] | None = None) -> Sums:
    """The sums of every file and link below a folder. A file that went away while it was read is left out.

    What is in `known` under the same name, of the same size and moment, is not read again.
    """
    before = known or {}
    try:
        with walking.folder(folder) as root, ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            work = [
                (root, path, names[start : start + TOGETHER], before)
                for path, _held, names in walking.folders(root)
                for start in range(0, len(names), TOGETHER)
            ]
            return {name: one for group in pool.map(lambda one: _group(*one), work) for name, one in group}
    except FileNotFoundError:
        return {}


def digest(sums: Mapping[str, Sum]) -> str:
    """One SHA-256 over path and hash of every file: equal only when all are."""
    whole = hashlib.sha256()
    for path in sorted(sums):
        whole.update(f"{sums[path].digest}  {path}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def differences(wanted: Mapping[str, Sum], found: Mapping[str, Sum], *, limit: int = 20) -> list[str]:
    """The paths that are missing, too many or not the same: at most `limit` of them."""
    wrong = [path for path in wanted if path not in found or found[path].digest != wanted[path].digest]
    return sorted(wrong + [path for path in found if path not in wanted])[:limit]


def lost(before: Mapping[str, Sum], after: Mapping[str, Sum]) -> list[str]:
    """The paths whose content is not there afterwards, under no name."""
    there = {one.digest for one in after.values()}
    return [path for path, one in before.items() if path not in after and one.digest not in there]


def below(sums: Mapping[str, Sum], paths: Iterable[str]) -> Sums:
    """Those at or below one of `paths`."""
    chosen = tuple(path.strip("/") for path in paths)
    return {
        path: one for path, one in sums.items() if any(path == root or path.startswith(f"{root}/") for root in chosen)
    }


def written(sums: Mapping[str, Sum]) -> dict[str, list[str | int]]:
    """As JSON."""
    return {path: [one.digest, one.size] for path, one in sums.items()}


def read(raw: Mapping[str, list[str | int]]) -> Sums:
    """From JSON."""
    return {path: Sum(str(digest_), int(size)) for path, (digest_, size) in raw.items()}


def of_bytes(content: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def _group(root: int, path: str, names: list[str], before: Mapping[str, Sum]) -> list[tuple[str, Sum]]:
    """The sums of files and links of one folder; sockets and pipes hold nothing to compare."""
    with walking.inside(root, path) as held:
        if held is None:
            return []
        whole = [(name, f"{path}/{name}" if path else name) for name in names]
        return [(inner, one) for name, inner in whole if (one := _sum(held, name, before.get(inner)))]


def _sum(held: int, name: str, before: Sum | None) -> Sum | None:
    found = walking.known(held, name)
    if found and stat.S_ISLNK(found.st_mode):
        said = walking.link(held, name)
        return None if said is None else Sum(of_bytes(os.fsencode(said)), 0, found.st_mtime_ns)
    if not found or not stat.S_ISREG(found.st_mode):
        return None
    if before and (before.size, before.changed) == (found.st_size, found.st_mtime_ns):
        return before
    with walking.file(held, name) as opened:
        if opened is None:
            return None
        now = os.fstat(opened.fileno())
        return Sum(_hash(opened, now.st_size), now.st_size, now.st_mtime_ns)


def _hash(file: IO[bytes], size: int) -> str:
    """Of as much as there was when it was opened: one that grows while it is read would keep us for ever."""
    whole = hashlib.sha256()
    while size > 0 and (chunk := file.read(min(CHUNK, size))):
        whole.update(chunk)
        size -= len(chunk)
    return whole.hexdigest()
