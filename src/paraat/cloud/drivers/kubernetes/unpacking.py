"""Unpacks what a pod sent of a volume: below one folder of this host and nowhere else, up to a size, and nothing that could be more than data.

Every folder on the way to a name is opened without following links, so that a link in the archive is kept as what it says and never gone through.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

from paraat.cloud import walking
from paraat.cloud.drivers.base import EngineFailed

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def unpack(archive: Path, folder: Path, *, most: int) -> None:
    """Unpack a tar with owners, modes and times; owners where Paraat runs as root. EngineFailed, by name, for a name or a hard link that leads
    out, a device, anything below what is no folder, a second file of a name, or more than `most` bytes.
    """
    size, folders = 0, []
    try:
        with tarfile.open(archive) as packed, walking.folder(folder) as root:
            for one in packed:
                size += one.size
                if size > most:
                    raise _refused("it is larger than its volume may be", one)
                _place(packed, one, root)
                folders += [one] if one.isdir() else []
            for one in reversed(
                folders
            ):  # what is put into a folder changes its time, and its mode may keep others out
                _dress(one, root)
    except tarfile.TarError as error:
        raise EngineFailed(f"What came of the volume is no archive: {error}") from error


def _place(packed: tarfile.TarFile, one: tarfile.TarInfo, root: int) -> None:
    path, name = _split(one, one.name)
    if not name:
        return
    with walking.inside(root, path) as held:
        if held is None:
            raise _refused("it lies below what is no folder", one)
        try:
            _make(packed, one, root, held, name)
        except FileExistsError as error:
            raise _refused("something of this name is there", one) from error
    if not one.isdir():
        _dress(one, root)


def _make(packed: tarfile.TarFile, one: tarfile.TarInfo, root: int, held: int, name: str) -> None:
    if one.isdir():
        os.mkdir(name, 0o700, dir_fd=held)
    elif one.issym():
        os.symlink(one.linkname, name, dir_fd=held)
    elif one.islnk():
        _link(one, root, held, name)
    elif one.isfifo():
        os.mkfifo(name, 0o600, dir_fd=held)
    elif content := packed.extractfile(one) if one.isreg() else None:
        with content, os.fdopen(os.open(name, _NEW, 0o600, dir_fd=held), "wb") as file:
            shutil.copyfileobj(content, file)
    else:
        raise _refused("it is no file, folder or link", one)


def _link(one: tarfile.TarInfo, root: int, held: int, name: str) -> None:
    """A second name of a file that was unpacked before."""
    path, target = _split(one, one.linkname)
    with walking.inside(root, path) as there:
        if there is None or not target or walking.known(there, target) is None:
            raise _refused("it is a second name of what is not there", one)
        os.link(target, name, src_dir_fd=there, dst_dir_fd=held, follow_symlinks=False)


def _dress(one: tarfile.TarInfo, root: int) -> None:
    """Owner, mode and time. A link has no mode of its own; a second name has what the first has."""
    path, name = _split(one, one.name)
    with walking.inside(root, path) as held:
        if held is None or not name or one.islnk():
            return
        if not os.geteuid():
            os.chown(name, one.uid, one.gid, dir_fd=held, follow_symlinks=False)
        if not one.issym():
            os.chmod(name, one.mode & (0o3777 if one.isdir() else 0o777), dir_fd=held)  # nobody writes here but us
        os.utime(name, (one.mtime, one.mtime), dir_fd=held, follow_symlinks=False)


def _split(one: tarfile.TarInfo, name: str) -> tuple[str, str]:
    """The folder and the last name of a path below the volume; both empty for the volume itself."""
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise _refused("it leads out of the volume", one)
    return ("/".join(parts[:-1]), parts[-1]) if parts else ("", "")


def _refused(why: str, one: tarfile.TarInfo) -> EngineFailed:
    return EngineFailed(f"What came of the volume was refused, {why}: {one.name[:200]!r}")
