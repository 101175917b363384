"""What is in a folder, as SHA-256 per path: a backup is recorded by it, and a restore is compared with it.

Names are bytes on a file system; they are kept as text with surrogates, which JSON carries as escapes, so that no name is lost.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

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
    paths = list(_files(folder))
    before = known or {}
    groups = [paths[start : start + TOGETHER] for start in range(0, len(paths), TOGETHER)]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        found = pool.map(lambda group: [(path, _sum(folder / path, before.get(path))) for path in group], groups)
        return {path: one for group in found for path, one in group if one}


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


def _files(folder: Path) -> Iterator[str]:
    """The paths of files and links, relative to the folder; sockets, pipes and folders hold nothing to compare."""
    for place, folders, names in os.walk(folder):
        inner = Path(place)
        for name in [*names, *(name for name in folders if (inner / name).is_symlink())]:
            yield str((inner / name).relative_to(folder))


def _sum(path: Path, before: Sum | None) -> Sum | None:
    try:
        known = path.lstat()
        if stat.S_ISLNK(known.st_mode):
            return Sum(of_bytes(os.fsencode(path.readlink())), 0, known.st_mtime_ns)
        if not stat.S_ISREG(known.st_mode):
            return None
        if before and (before.size, before.changed) == (known.st_size, known.st_mtime_ns):
            return before
        return Sum(_hash(path), known.st_size, known.st_mtime_ns)
    except FileNotFoundError:
        return None


def _hash(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
    return whole.hexdigest()
