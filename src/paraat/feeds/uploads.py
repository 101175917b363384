"""Uploads go straight to the content store, within its limit: nothing large in memory, nothing twice on the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from paraat.platform import files


class KeptFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """An uploaded file that is in the store already."""

    def __init__(self, stored: files.Stored, name: str) -> None:
        super().__init__(None, name, size=stored.size)
        self.stored = stored


class StoreHandler(FileUploadHandler):
    """Writes each file of a form to the store while it arrives. Raises TooLarge and DiskFull in the midst of it, and keeps nothing then."""

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._incoming: files.Incoming | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._incoming = files.Incoming().__enter__()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  # Django's signature
        """A piece of it; nobody after us needs it."""
        assert self._incoming is not None  # noqa: S101  # new_file came before
        try:
            self._incoming.write(raw_data)
        except BaseException:
            self._incoming.discard()
            raise

    def file_complete(self, file_size: int) -> KeptFile:  # noqa: ARG002
        """It is there."""
        assert self._incoming is not None  # noqa: S101
        try:
            return KeptFile(self._incoming.keep(), self.file_name or "")
        finally:
            self._incoming.discard()  # nothing, once it is kept

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if self._incoming is not None:
            self._incoming.discard()
