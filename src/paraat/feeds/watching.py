"""Watched folders: whoever can put a file there feeds a source. Complete files are taken in and moved to `done/` or `failed/`.

A file is complete when its name is not that of an unfinished one and nothing was written to it for some seconds. It is entered first and moved
after; a crash between the two brings it a second time, where it is recognised.
"""

from __future__ import annotations

import logging
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from paraat.feeds import actions
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform import configuration

QUIET = 5.0
"""Seconds without a write after which a file counts as complete."""
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial", "~")
DONE, FAILED = "done", "failed"

log = logging.getLogger("paraat.feeds")


def folder_of(source: Source) -> Path:
    """The watched folder of a source; Invalid when its name leads out of the inbox."""
    inbox = configuration.inbox().resolve()
    found = (inbox / source.watch_folder).resolve()
    if not source.watch_folder or found == inbox or not found.is_relative_to(inbox):
        raise Invalid("A watched folder lies in the inbox (PARAAT_INBOX).", folder=source.watch_folder)
    return found


def take_all() -> list[Run]:
    """Take in the complete files of every watched folder; one that cannot be taken does not stop the others."""
    return [run for source in Source.objects.active().exclude(watch_folder="") for run in take(source)]


def take(source: Source, *, quiet: float = QUIET) -> list[Run]:
    """Take in the complete files of one folder, oldest first; a worker reads them."""
    folder = folder_of(source)
    folder.mkdir(parents=True, exist_ok=True)
    return [run for path in _complete(folder, quiet) if (run := _take(source, path))]


def _complete(folder: Path, quiet: float) -> Iterator[Path]:
    found: list[tuple[float, Path]] = []
    for path in folder.iterdir():
        state = path.lstat()  # no symbolic links: they could lead anywhere
        if not stat.S_ISREG(state.st_mode) or path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
            continue
        if max(state.st_mtime, state.st_ctime) <= time.time() - quiet:
            found.append((state.st_mtime, path))
    yield from (path for _, path in sorted(found))


def _take(source: Source, path: Path) -> Run | None:
    try:
        run = actions.receive_file(
            source=source, path=path, file_name=path.name, origin=Run.Origin.FOLDER, by=SYSTEM, later=True
        )
    except ParaatError as error:
        if error.permanent:
            moved = _move(path, FAILED)
            moved.with_name(f"{moved.name}.why.txt").write_text(f"{error}\n", encoding="utf-8")
        log.warning("file not taken", extra={"source": source.slug, "because": str(error)})
        return None
    _move(path, DONE)
    return run


def _move(path: Path, where: str) -> Path:
    """Move a file below its folder, under a name that nothing there has."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return path.rename(target)
