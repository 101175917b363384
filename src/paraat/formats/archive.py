"""Zip and gzip opened as streams, with limits, so that a bomb of 42 kB does not become 4 PB. What is no archive is passed on as it is."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from paraat.formats.errors import FormatError, TooBig
from paraat.formats.source import Source

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may unpack to: bytes in all, times its own size (checked past `small`), and files in it."""

    size: int = 4 << 30
    ratio: int = 200
    members: int = 100
    small: int = 16 << 20


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Member:
    """One file to read: its name (inside the archive, else the name given) and its bytes. Read it before asking for the next."""

    name: str
    stream: BinaryIO


def open_safely(stream: BinaryIO, name: str, limits: Limits = DEFAULT) -> Iterator[Member]:
    """The files in `stream` (seekable): those of a zip, the one of a gzip, or itself. Archives in archives are not opened.

    Raises TooBig while reading when a limit is passed, FormatError when the archive is broken or encrypted.
    """
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(GZIP):
        yield Member(name.removesuffix(".gz").removesuffix(".GZ"), _limited(_Gunzip(stream), _size(stream), limits))
    elif head in (ZIP, EMPTY_ZIP):
        yield from _unzip(stream, limits)
    else:
        yield Member(name, stream)


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _unzip(stream: BinaryIO, limits: Limits) -> Iterator[Member]:
    size, budget = _size(stream), _Budget(limits)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise FormatError("The zip file is broken.") from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > limits.members:
        raise TooBig("There are too many files in this archive.", files=len(members), allowed=limits.members)
    for member in members:
        if member.flag_bits & 0x1:
            raise FormatError("The zip file is encrypted; unpack it first.", file=member.filename[:100])
        try:
            opened = archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, OSError, EOFError) as error:
            raise FormatError("The zip file is broken.", file=member.filename[:100]) from error
        yield Member(member.filename, io.BufferedReader(_Limited(opened, size, budget), PIECE))


def _limited(source: Source, size: int, limits: Limits) -> BinaryIO:
    return io.BufferedReader(_Limited(source, size, _Budget(limits)), PIECE)


class _Budget:
    """What was unpacked so far, over all members of one archive."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._spent = limits, 0

    def spend(self, amount: int, packed: int) -> None:
        """Count `amount` unpacked bytes of an archive of `packed` bytes; raises TooBig past a limit."""
        self._spent += amount
        if self._spent > self._limits.size:
            raise TooBig(allowed_bytes=self._limits.size)
        if self._spent > self._limits.small and self._spent > packed * self._limits.ratio:
            raise TooBig(
                "This archive unpacks to suspiciously much; it looks like a bomb.", allowed_ratio=self._limits.ratio
            )


class _Limited(io.RawIOBase):
    """A raw stream that counts what comes out and names what can go wrong."""

    def __init__(self, source: Source, packed: int, budget: _Budget) -> None:
        super().__init__()
        self._source, self._packed, self._budget = source, packed, budget

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` as far as one read goes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        try:
            data = self._source.read(min(len(view), PIECE))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise FormatError("The archive is broken.") from error
        self._budget.spend(len(data), self._packed)
        view[: len(data)] = data
        return len(data)


class _Gunzip:
    """Unpacks gzip members one after another, never more than asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._packed, self._engine = stream, b"", zlib.decompressobj(31)

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` unpacked bytes; none at the end. Raises EOFError when the file breaks off."""
        while True:
            if self._engine.eof:
                self._packed = self._engine.unused_data.lstrip(b"\x00") or self._stream.read(PIECE).lstrip(b"\x00")
                if not self._packed:
                    return b""
                self._engine = zlib.decompressobj(31)
            data = self._packed or self._stream.read(PIECE)
            if not data:
                raise EOFError("the gzip file breaks off")
            out = self._engine.decompress(data, size)
            self._packed = self._engine.unconsumed_tail
            if out:
                return out
