"""Uploads of evidence go straight to the vault, encrypted as they arrive: nothing large in memory, nothing readable and nothing twice on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from paraat.incidents.actions.evidence import check_name
from paraat.platform import configuration, vault


class VaultedFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """An uploaded file that is in the vault already."""

    def __init__(self, kept: vault.Kept, name: str, media_type: str) -> None:
        super().__init__(None, name, media_type, kept.size)
        self.kept = kept


class VaultHandler(FileUploadHandler):
    """Writes each file of a form to the vault while it arrives. Raises TooLarge, DiskFull, Unreachable and Invalid (an ending that is not
    accepted) in the midst of it, and keeps nothing of that file then; of files before it the sweep takes what gets no row."""

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._intake: vault.Intake | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        check_name(self.file_name or "")
        self._intake = vault.Intake(limit=configuration.EVIDENCE_LIMIT.get()).__enter__()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  # Django's signature
        """A piece of it; nobody after us needs it."""
        assert self._intake is not None  # noqa: S101  # new_file came before
        try:
            self._intake.write(raw_data)
        except BaseException:
            self._intake.discard()
            raise

    def file_complete(self, file_size: int) -> VaultedFile:  # noqa: ARG002
        """It is there."""
        assert self._intake is not None  # noqa: S101
        try:
            return VaultedFile(self._intake.keep(), self.file_name or "", self.content_type or "")
        finally:
            self._intake.discard()  # nothing, once it is kept

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if self._intake is not None:
            self._intake.discard()


def let_go(files: Iterable[Any]) -> None:
    """Take files out of the vault that get no row, because their form was wrong."""
    for file in files:
        if isinstance(file, VaultedFile):
            vault.forget(file.kept)
