"""The files of an export, from a folder, a zip or a tar: names made safe, everything that is no plain file refused with a reason. No Django."""

from __future__ import annotations

import os
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

LARGEST = 20 * 1024**3  # bytes of one file
MOST = 200 * 1024**3  # bytes of all: a small archive must not fill the disk
_FORBIDDEN = frozenset('<>:"|?*\\')  # Windows cannot open a file named so


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of an export: a file to be read, or why it is not."""

    name: str  # its path in the export; safe when `refused` is empty
    size: int = 0
    at: float = 0.0  # when it was last changed
    refused: str = ""
    content: IO[bytes] | None = None


def entries(path: Path) -> Iterator[Found]:
    """Every file and every refused entry; each content is open until the next is asked for. ValueError when it is no such export."""
    if path.is_dir():
        yield from _checked(_folder(path))
    elif zipfile.is_zipfile(path):
        yield from _checked(_zip(path))
    elif tarfile.is_tarfile(path):
        yield from _checked(_tar(path))
    else:
        raise ValueError(f"{path.name} is no folder, zip or tar")


def refusal(name: str) -> str:
    """Why a path may not come in; "" when it may."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part in {"..", "."} for part in name.split("/")):
        return "leads outside the folder"
    if any(ord(sign) < 32 or unicodedata.category(sign) in {"Cf", "Cs"} or sign in _FORBIDDEN for sign in name):
        return "has signs that a file name cannot have"
    if any(len(part.encode("utf-8", "replace")) > 240 for part in parts) or len(name) > 1000:
        return "has too long a name"
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "starts or ends with a space or a dot"
    return ""


def _checked(found: Iterator[Found]) -> Iterator[Found]:
    """The same, with names and sizes checked."""
    room = MOST
    for one in found:
        why = one.refused or refusal(one.name)
        why = why or ("is too large" if one.size > min(LARGEST, room) else "")
        if why:
            yield Found(_printable(one.name), refused=why)
        else:
            room -= one.size
            yield one


def _folder(path: Path) -> Iterator[Found]:
    for place, folders, names in os.walk(path):
        links = [one for one in folders if (Path(place) / one).is_symlink()]
        for name in sorted([*names, *links]):
            file = Path(place) / name
            relative, seen = file.relative_to(path).as_posix(), file.lstat()
            if not stat.S_ISREG(seen.st_mode):
                yield Found(relative, refused="is a link" if stat.S_ISLNK(seen.st_mode) else "is no plain file")
                continue
            with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as content:
                yield Found(relative, seen.st_size, seen.st_mtime, content=content)


def _zip(path: Path) -> Iterator[Found]:
    with zipfile.ZipFile(path) as archive:
        for one in archive.infolist():
            kind = stat.S_IFMT(one.external_attr >> 16)
            if one.is_dir():
                continue
            if kind not in {0, stat.S_IFREG}:
                yield Found(one.filename, refused="is a link" if kind == stat.S_IFLNK else "is no plain file")
            elif one.flag_bits & 1:
                yield Found(one.filename, refused="is locked with a password")
            else:
                with archive.open(one) as content:
                    yield Found(one.filename, one.file_size, _zip_time(one), content=content)


def _zip_time(one: zipfile.ZipInfo) -> float:
    from datetime import datetime

    try:
        return datetime(*one.date_time).timestamp()
    except ValueError:
        return 0.0


def _tar(path: Path) -> Iterator[Found]:
    with tarfile.open(path) as archive:
        for one in archive:
            if one.isdir():
                continue
            name = one.name.removeprefix("./")
            content = archive.extractfile(one) if one.isreg() else None
            if content is None:
                yield Found(name, refused="is a link" if one.issym() or one.islnk() else "is no plain file")
            else:
                with content:
                    yield Found(name, one.size, float(one.mtime), content=content)


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)[:300]
