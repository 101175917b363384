"""Encryption of a stream of any length in pieces, so that a backup or a piece of evidence never has to fit in memory.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): the nonce counts the pieces and marks the last, so that
pieces cannot be reordered, dropped or cut off. `PieceSealer` and `PieceOpener` take a key of 32 bytes, which must be used for one stream only
or be drawn at random; `Sealer` and `Opener` take a passphrase, from which the key comes by scrypt (RFC 7914).
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from paraat.kernel.errors import Invalid

MAGIC = b"PARAAT-SEALED-1\n"
PIECE = 1024 * 1024
_PIECE = PIECE
_TAG = 16
_SALT = 16
_PREFIX = 7


class Source(Protocol):
    """Anything with `read(size)`, which may give fewer bytes than asked only at the end."""

    def read(self, size: int = ..., /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


class PieceSealer(io.RawIOBase):
    """A file to write plain bytes to; `close` writes the last piece. What was not closed cannot be read."""

    def __init__(self, target: IO[bytes], key: bytes, *, head: bytes = b"") -> None:
        """`head` is written before all else, as it is."""
        self._prefix = os.urandom(_PREFIX)
        self._cipher = AESGCM(key)
        self._target, self._buffer, self._number = target, bytearray(), 0
        target.write(head + self._prefix)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Take plain bytes; whole pieces go on at once, and without a copy where nothing waited before them."""
        given, at = memoryview(data), 0
        if self._buffer:
            at = min(len(given), _PIECE - len(self._buffer))
            self._buffer += given[:at]
            if at == len(given):
                return len(given)
            self._emit(self._buffer, last=False)  # one piece is kept back: it may be the last
            self._buffer = bytearray()
        while len(given) - at > _PIECE:
            self._emit(given[at : at + _PIECE], last=False)
            at += _PIECE
        self._buffer += given[at:]
        return len(given)

    def close(self) -> None:
        """Write the last piece; the target stays open."""
        if not self.closed:
            self._emit(self._buffer, last=True)
            super().close()

    def _emit(self, piece: bytes | bytearray | memoryview, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, None))
        self._number += 1


class PieceOpener(io.RawIOBase):
    """A file to read plain bytes from. Raises Invalid at the first piece that is not as it was written, or when the end is missing."""

    def __init__(self, source: Source, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._prefix = source.read(_PREFIX)
        if len(self._prefix) != _PREFIX:
            raise Invalid("The file was cut off")
        self._source, self._number, self._plain = source, 0, b""
        self._ahead = source.read(_PIECE + _TAG)
        self._finished = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        """Fill `target` with plain bytes; 0 at the end."""
        while not self._plain and (found := self.piece()) is not None:
            self._plain = found
        size = min(len(target), len(self._plain))
        target[:size], self._plain = self._plain[:size], self._plain[size:]
        return size

    def piece(self) -> bytes | None:
        """The next piece whole, without copying it about; None after the last."""
        if self._finished:
            return None
        piece, self._ahead = self._ahead, self._source.read(_PIECE + _TAG)
        self._finished = not self._ahead
        plain = self._opened(piece, last=self._finished)
        self._number += 1
        return plain

    def _opened(self, piece: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(self._prefix, self._number, last), piece, None)
        except (InvalidTag, ValueError) as error:
            raise Invalid("The passphrase is wrong, or the file was damaged or cut off") from error


class Sealer(PieceSealer):
    """The same with a passphrase."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(_SALT)
        super().__init__(target, _key(passphrase, salt), head=MAGIC + salt)


class Opener(PieceOpener):
    """The same with a passphrase."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise Invalid("This is not a sealed file of Paraat")
        super().__init__(source, _key(passphrase, source.read(_SALT)))


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
