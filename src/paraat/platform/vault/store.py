"""The port behind which encrypted content lies, and which driver it is. Drivers pass the same tests (tests/platform/vault/test_stores.py)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from paraat.kernel.errors import NotFound, SettingError
from paraat.platform import configuration
from paraat.platform.sealing import Source


class Missing(NotFound):
    """The content is not in the store."""


class Store(Protocol):
    """Where encrypted content lies, each under a place that is written once."""

    name: str

    def put(self, path: Path, place: str) -> None:
        """Move the file at `path` to `place`: there for good when this returns, and never half there."""
        ...

    def open(self, place: str) -> AbstractContextManager[Source]:
        """Its bytes, from the first on. Raises Missing, or Unreachable when the store does not answer."""
        ...

    def remove(self, place: str) -> None:
        """Take it away; nothing when it is not there."""
        ...

    def places(self, before: datetime) -> Iterator[str]:
        """Every place that was written before that moment."""
        ...


def configured() -> Store:
    """The store for what comes in now: S3 when PARAAT_EVIDENCE_S3_ENDPOINT is set, else the disk."""
    return named("s3" if configuration.EVIDENCE_S3_ENDPOINT.get() else "disk")


def named(name: str) -> Store:
    """The driver of that name (disk, s3), since what was kept before a change of configuration stays where it is."""
    if name == "disk":
        from paraat.platform.vault.disk import DiskStore

        return DiskStore()
    from paraat.platform.vault.s3 import S3Store

    for setting in (configuration.EVIDENCE_S3_ENDPOINT, configuration.EVIDENCE_S3_BUCKET):
        if not setting.get():
            raise SettingError(f"{setting.name} is missing: {setting.doc}")
    return S3Store()
