"""Packs folders into a tar while a tenant goes on writing in them: every file is opened once, and its digest is of the bytes that were packed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from paraat.cloud import walking


def pack(archive: tarfile.TarFile, parts: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Add files and folders under these names. Yields the name and the SHA-256 of every file as it lies in the archive.

    Folders, files and links go in (a file with two names goes in twice); pipes, sockets and devices hold nothing. No link is followed.
    """
    for name, path in parts.items():
        with walking.folder(path if path.is_dir() else path.parent) as root:
            if path.is_dir():
                yield from _folders(archive, name, root)
            elif digest := _file(archive, name, root, path.name):
                yield name, digest


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add what is in memory."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def _folders(archive: tarfile.TarFile, name: str, root: int) -> Iterator[tuple[str, str]]:
    for path, held, names in walking.folders(root):
        place = f"{name}/{path}" if path else name
        archive.addfile(_info(place, os.fstat(held), tarfile.DIRTYPE))
        for inner in names:
            found = walking.known(held, inner)
            if found and stat.S_ISLNK(found.st_mode):
                _link(archive, f"{place}/{inner}", held, inner, found)
            elif found and stat.S_ISREG(found.st_mode) and (digest := _file(archive, f"{place}/{inner}", held, inner)):
                yield f"{place}/{inner}", digest


def _link(archive: tarfile.TarFile, name: str, held: int, inner: str, found: os.stat_result) -> None:
    said = walking.link(held, inner)
    if said is not None:
        info = _info(name, found, tarfile.SYMTYPE)
        info.linkname = said
        archive.addfile(info)


def _file(archive: tarfile.TarFile, name: str, held: int, inner: str) -> str:
    """The SHA-256 of what was packed; empty when it is gone, or is no file any more."""
    with walking.file(held, inner) as opened:
        if opened is None:
            return ""
        info = _info(name, os.fstat(opened.fileno()), tarfile.REGTYPE)
        packed = _Exactly(opened)
        archive.addfile(info, packed)  # type: ignore[arg-type]  # it reads, and tar asks for nothing else
        return packed.whole.hexdigest()


def _info(name: str, found: os.stat_result, kind: bytes) -> tarfile.TarInfo:
    """What an archive says of one, without the numbers of accounts that nobody else has, and without the right to become another."""
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, found.st_mode & 0o777, int(found.st_mtime)
    info.size = found.st_size if kind == tarfile.REGTYPE else 0
    return info


class _Exactly:
    """As many bytes as are asked for, however the file behind it shrinks meanwhile: what is missing is zeros. What grows is cut by who asks."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.whole = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next bytes, hashed."""
        content = self.file.read(size).ljust(size, b"\0")
        self.whole.update(content)
        return content
