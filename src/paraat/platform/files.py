"""The content store below PARAAT_HOME/files: every file once, under its SHA-256, written whole or not at all.

Content goes first to `incoming/`, is flushed to the disk, and is then renamed to its place; a crash or a full disk leaves at most a file in
`incoming/`, which `sweep` removes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from paraat.kernel.errors import Invalid, NotFound, ParaatError
from paraat.platform import configuration

CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ABANDONED = 24 * 3600


class DiskFull(ParaatError):
    """The disk is full; nothing was kept. Make room below PARAAT_HOME and send the file again."""

    permanent = False


class TooLarge(Invalid):
    """The file is larger than this installation accepts; nothing was kept."""


class Readable(Protocol):
    """Anything with `read(size)`."""

    def read(self, size: int = ..., /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: SHA-256 in hexadecimal, size in bytes, and its place below PARAAT_HOME/files."""

    digest: str
    size: int
    path: str


def root() -> Path:
    """PARAAT_HOME/files."""
    return configuration.HOME.get() / "files"


class Incoming:
    """A file on its way in: `write` bytes, then `keep`; leaving the `with` block otherwise throws it away."""

    def __init__(self, *, limit: int | None = None) -> None:
        """`limit` in bytes; None: the setting PARAAT_UPLOAD_LIMIT."""
        self.limit = configuration.UPLOAD_LIMIT.get() if limit is None else limit
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Incoming:
        with room():
            folder = root() / "incoming"
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=folder, delete=False)  # closed by keep or discard
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, data: bytes) -> None:
        """Add bytes; TooLarge above the limit, DiskFull when they do not fit."""
        assert self._file is not None  # noqa: S101  # used within its `with`
        self.size += len(data)
        if self.size > self.limit:
            raise TooLarge(limit_bytes=self.limit)
        self._digest.update(data)
        with room():
            self._file.write(data)

    def keep(self) -> Stored:
        """Put the file in its place, on the disk for good; the same content that is there already is replaced by itself."""
        assert self._file is not None  # noqa: S101
        digest = self._digest.hexdigest()
        place = root() / digest[:2] / digest[2:4] / digest
        with room():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            place.parent.mkdir(parents=True, exist_ok=True)
            Path(self._file.name).replace(place)
            flush_folder(place.parent)
        self._file = None
        return Stored(digest, self.size, str(place.relative_to(root())))

    def discard(self) -> None:
        """Throw away what came in and was not kept."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # closing writes what is buffered, which a full disk refuses
                self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
            self._file = None


def store(stream: Readable | Iterable[bytes], *, limit: int | None = None) -> Stored:
    """Keep all bytes of `stream` (a binary file or an iterable of bytes), never more than a chunk of it in memory.

    Raises TooLarge above `limit` bytes (None: PARAAT_UPLOAD_LIMIT) and DiskFull; in both cases nothing is kept.
    """
    with Incoming(limit=limit) as incoming:
        for chunk in chunks(stream):
            incoming.write(chunk)
        return incoming.keep()


def open_stored(path: str) -> BinaryIO:
    """A kept file, open for reading; NotFound when it is not there any more."""
    found = locate(path)
    try:
        return found.open("rb")
    except FileNotFoundError:
        raise NotFound("The content of this file is no longer kept.", path=path) from None


def locate(path: str) -> Path:
    """Where a kept file lies; NotFound for a path that leaves the store."""
    found = (root() / path).resolve()
    if not found.is_relative_to(root().resolve()) or not path:
        raise NotFound("There is no such file in the store.", path=path)
    return found


def forget(path: str) -> None:
    """Remove a kept file; the caller has made sure that no row speaks of it."""
    locate(path).unlink(missing_ok=True)


def sweep(older_than: int = _ABANDONED) -> int:
    """Remove what a crash left in `incoming/` more than `older_than` seconds ago; returns how many files."""
    removed = 0
    for found in (root() / "incoming").glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another process sweeps too
            if found.stat().st_mtime < time.time() - older_than:
                found.unlink()
                removed += 1
    return removed


def chunks(stream: Readable | Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a binary file or an iterable, in pieces."""
    if not hasattr(stream, "read"):
        yield from stream
        return
    while chunk := stream.read(CHUNK):
        yield chunk


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Writing in this block raises DiskFull when there is no room for it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from error
        raise


def flush_folder(folder: Path) -> None:
    """Make the rename itself survive a power loss."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
