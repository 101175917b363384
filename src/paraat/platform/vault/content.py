"""Content on its way into the vault and out of it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform import crypto, files
from paraat.platform.files import CHUNK, Readable, TooLarge
from paraat.platform.sealing import PieceOpener, PieceSealer
from paraat.platform.vault.store import Missing, configured, named

_KEY = 32


class Damaged(ParaatError):
    """The content no longer has the digest that it came with. What was read of it is not whole."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What it takes to read kept content: SHA-256 (hexadecimal) and size of the plain content, which store, where in it, and its sealed key."""

    sha256: str
    size: int
    store: str
    place: str
    key: str


class Intake:
    """Content on its way in: `write` plain bytes, then `keep`; leaving the `with` block otherwise throws it away. What lies on the disk
    meanwhile is encrypted already."""

    def __init__(self, *, limit: int) -> None:
        """`limit` in bytes of plain content."""
        self.limit, self.size = limit, 0
        self._digest, self._key = hashlib.sha256(), os.urandom(_KEY)
        self._file: IO[bytes] | None = None
        self._sealer: PieceSealer | None = None

    def __enter__(self) -> Intake:
        with files.room():
            folder = files.root() / "incoming"
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=folder, delete=False, buffering=0)  # closed by keep or discard
            self._sealer = PieceSealer(self._file, self._key)
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, data: bytes) -> None:
        """Add bytes; TooLarge above the limit, DiskFull when they do not fit."""
        assert self._sealer is not None  # noqa: S101  # used within its `with`
        self.size += len(data)
        if self.size > self.limit:
            raise TooLarge(limit_bytes=self.limit)
        self._digest.update(data)
        with files.room():
            self._sealer.write(data)

    @property
    def sha256(self) -> str:
        """The digest of what came so far."""
        return self._digest.hexdigest()

    def keep(self) -> Kept:
        """Put it in its place, there for good."""
        assert self._sealer is not None  # noqa: S101
        assert self._file is not None  # noqa: S101
        with files.room():
            self._sealer.close()
            os.fsync(self._file.fileno())
            self._file.close()
        store, name = configured(), os.urandom(20).hex()
        place = f"{name[:2]}/{name}"
        store.put(Path(self._file.name), place)
        self._file = self._sealer = None
        sealed = crypto.encrypt_field(base64.b64encode(self._key).decode())
        return Kept(self._digest.hexdigest(), self.size, store.name, place, sealed)

    def discard(self) -> None:
        """Throw away what came in and was not kept."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk may refuse even this
                self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
            self._file = self._sealer = None


def keep(stream: Readable | Iterable[bytes], *, limit: int) -> Kept:
    """Keep all of `stream`, never more than a piece of it in memory. Raises TooLarge and DiskFull; then nothing is kept."""
    with Intake(limit=limit) as intake:
        for chunk in files.chunks(stream):
            intake.write(chunk)
        return intake.keep()


def read(kept: Kept) -> Iterator[bytes]:
    """The plain content in pieces. The last piece comes only after all of it was found to have the digest that it came with.

    Raises Missing, Unreachable, Invalid when its key is not on file, and Damaged.
    """
    key, digest, waiting = _key(kept), hashlib.sha256(), b""
    with named(kept.store).open(kept.place) as source:
        try:
            opener = PieceOpener(source, key)
            while (piece := opener.piece()) is not None:
                digest.update(piece)
                if waiting:
                    yield waiting
                waiting = piece
        except Invalid as error:
            raise Damaged(place=kept.place) from error
    if digest.hexdigest() != kept.sha256:
        raise Damaged(place=kept.place)
    if waiting:
        yield waiting


def check(kept: Kept) -> None:
    """Read it to its end. Raises what `read` raises."""
    for _piece in read(kept):
        pass


def forget(kept: Kept) -> None:
    """Take it out of its store. The row with its key must go too: without it no copy elsewhere can be read."""
    named(kept.store).remove(kept.place)


def rewrap(kept: Kept) -> Kept:
    """The same content with its key under the newest field key; the content itself is not touched."""
    return replace(kept, key=crypto.rotate_field(kept.key))


def sweep(known: Collection[str], *, before: datetime) -> int:
    """Remove what was put in the configured store before that moment and that no row knows; returns how many."""
    store, removed = configured(), 0
    for place in list(store.places(before)):
        if place not in known:
            store.remove(place)
            removed += 1
    return removed


def _key(kept: Kept) -> bytes:
    if not kept.key:
        raise Missing(place=kept.place)
    return base64.b64decode(crypto.decrypt_field(kept.key))


__all__ = ["CHUNK", "Damaged", "Intake", "Kept", "check", "forget", "keep", "read", "rewrap", "sweep"]
