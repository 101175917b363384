"""The vault on the disk: PARAAT_HOME/files/vault, which a backup holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from paraat.platform import files
from paraat.platform.sealing import Source
from paraat.platform.vault.store import Missing


class DiskStore:
    """Files below a folder, in folders by their first two characters."""

    name = "disk"

    def put(self, path: Path, place: str) -> None:
        """Flushed, renamed, and the renaming flushed."""
        target = self._at(place)
        with files.room():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(target)
            files.flush_folder(target.parent)

    def open(self, place: str) -> AbstractContextManager[Source]:
        """The file."""
        try:
            return cast("AbstractContextManager[IO[bytes]]", self._at(place).open("rb"))
        except FileNotFoundError:
            raise Missing(place=place) from None

    def remove(self, place: str) -> None:
        """The file is unlinked; what a disk keeps of it is encrypted."""
        self._at(place).unlink(missing_ok=True)

    def places(self, before: datetime) -> Iterator[str]:
        """By the files' own times."""
        for found in _root().glob("??/*"):
            if found.stat().st_mtime < before.timestamp():
                yield f"{found.parent.name}/{found.name}"

    def _at(self, place: str) -> Path:
        found = (_root() / place).resolve()
        if not found.is_relative_to(_root().resolve()) or found.parent.parent != _root().resolve():
            raise Missing(place=place)
        return found


def _root() -> Path:
    return files.root() / "vault"
