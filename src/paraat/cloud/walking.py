"""Walks through a folder that somebody else writes in, and never leaves it: every name is opened below the folder itself, and no link is followed.

A tenant may put a link in the place of a file or a folder at any moment. Whoever looks at a path and opens it afterwards would, as root, read a file
of this host; a descriptor stays what it was when it was looked at.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OTHER = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ESTALE}
"""What the kernel says of a name that is gone, or is a link or no folder any more."""


@contextmanager
def folder(place: Path) -> Iterator[int]:
    """The descriptor of a folder, while inside. The folder itself is named by this host: its path leads where it says."""
    held = os.open(place, _FOLDER)
    try:
        yield held
    finally:
        os.close(held)


@contextmanager
def inside(root: int, path: str) -> Iterator[int | None]:
    """The descriptor of the folder `path` below `root`, while inside; None when it is gone or is no folder any more."""
    held = _descend(root, path)
    try:
        yield held
    finally:
        if held is not None:
            os.close(held)


def _descend(root: int, path: str) -> int | None:
    """One step at a time: the kernel looks at the last name only when it is told to follow no link."""
    held = os.open(".", _FOLDER, dir_fd=root)
    try:
        for name in path.split("/") if path else ():
            step = os.open(name, _FOLDER, dir_fd=held)
            os.close(held)
            held = step
    except OSError as error:
        os.close(held)
        if error.errno in _OTHER:
            return None
        raise
    return held


def folders(root: int) -> Iterator[tuple[str, int, list[str]]]:
    """Every folder below `root` and itself: its path, its descriptor until the next is asked for, and the sorted names of what is no folder."""
    waiting = [""]
    while waiting:
        path = waiting.pop()
        with inside(root, path) as held:
            if held is None:
                continue
            names: list[str] = []
            deeper: list[str] = []
            with os.scandir(held) as found:
                for one in found:
                    (deeper if one.is_dir(follow_symlinks=False) else names).append(one.name)
            waiting += [f"{path}/{name}" if path else name for name in sorted(deeper, reverse=True)]
            yield path, held, sorted(names)


def known(held: int, name: str) -> os.stat_result | None:
    """What a name in a folder is, a link being a link; None when it is gone."""
    try:
        return os.stat(name, dir_fd=held, follow_symlinks=False)
    except FileNotFoundError:
        return None


def link(held: int, name: str) -> str | None:
    """What a link says, as it says it; None when it is none any more."""
    try:
        return os.readlink(name, dir_fd=held)
    except OSError as error:
        if error.errno in _OTHER | {errno.EINVAL}:
            return None
        raise


@contextmanager
def file(held: int, name: str) -> Iterator[IO[bytes] | None]:
    """A file of a folder, open for reading, while inside; None when it is gone, or is a link, a pipe or anything else."""
    try:
        number = os.open(name, _FILE, dir_fd=held)
    except OSError as error:
        if error.errno not in _OTHER:
            raise
        yield None
        return
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        yield None
        return
    with os.fdopen(number, "rb") as opened:
        yield opened
