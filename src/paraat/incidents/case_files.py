"""Case files as bytes: JSON alone, or a ZIP of `case.json` and the content of its evidence, written and read as streams."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from paraat.incidents.actions.exchange import as_json, import_case
from paraat.incidents.handing_out import content_of
from paraat.incidents.models import CaseImport, Evidence
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import configuration, vault

LARGEST = 64 * 1024 * 1024
"""Bytes of a document; a case with a thousand entries is about one megabyte."""
NAME = "case.json"


def zipped(document: Mapping[str, Any], taken: Sequence[tuple[Evidence, vault.Kept]]) -> Iterator[bytes]:
    """The ZIP in pieces; of a content that is not whole the rest does not come."""
    out = _Sink()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(NAME, as_json(document))
        for digest, (piece, kept) in {kept.sha256: (piece, kept) for piece, kept in taken}.items():
            with archive.open(f"evidence/{digest}", "w", force_zip64=True) as entry:
                for chunk in content_of(piece, kept):
                    entry.write(chunk)
                    yield out.taken()
    yield out.taken()


def take_in(file: IO[bytes], *, by: Actor) -> CaseImport:
    """Take in a case file, JSON or ZIP (told by its first bytes). Raises Invalid, Conflict, and what the vault raises; then nothing is kept."""
    head = file.read(4)
    file.seek(0)
    if head != b"PK\x03\x04":
        return import_case(content=_limited(file), by=by)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(NAME) as document:
            content = _limited(document)
            kept = dict(_contents(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise Invalid("This ZIP is damaged, or is no case file") from error
    try:
        return import_case(content=content, by=by, contents=kept)
    except BaseException:
        for one in kept.values():
            vault.forget(one)
        raise


def _contents(archive: zipfile.ZipFile) -> Iterator[tuple[str, vault.Kept]]:
    for entry in archive.infolist():
        folder, _, digest = entry.filename.partition("/")
        if folder != "evidence" or not digest:
            continue
        with archive.open(entry) as stream:
            kept = vault.keep(stream, limit=configuration.EVIDENCE_LIMIT.get())
        if kept.sha256 != digest:
            vault.forget(kept)
            raise Invalid("A file in the ZIP is not what its name says", where=entry.filename[:100])
        yield digest, kept


def _limited(file: IO[bytes]) -> bytes:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid("This case file is too large", limit_bytes=LARGEST)
    return content


class _Sink(io.RawIOBase):
    """What the archive writes to: it gives back what came since the last time, and cannot be sought in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any, /) -> int:
        """Keep it until it is taken."""
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What came since the last time."""
        given, self._pieces = b"".join(self._pieces), []
        return given
