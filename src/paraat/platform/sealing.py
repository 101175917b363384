"""Encryption of a stream of any length with a passphrase, in pieces, so that a backup never has to fit in memory.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): the nonce counts the pieces and marks the last, so that
pieces cannot be reordered, dropped or cut off. The key comes from the passphrase by scrypt (RFC 7914).
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from paraat.kernel.errors import Invalid

MAGIC = b"PARAAT-SEALED-1\n"
_PIECE = 1024 * 1024
_TAG = 16
_SALT = 16
_PREFIX = 7


class Sealer(io.RawIOBase):
    """A file to write plain bytes to; `close` writes the last piece. What was not closed cannot be read."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._cipher = AESGCM(_key(passphrase, salt))
        self._target, self._buffer, self._number = target, bytearray(), 0
        target.write(MAGIC + salt + self._prefix)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Take plain bytes; whole pieces go on at once."""
        self._buffer += data
        while len(self._buffer) > _PIECE:  # one piece is kept back: it may be the last
            self._emit(bytes(self._buffer[:_PIECE]), last=False)
            del self._buffer[:_PIECE]
        return len(data)

    def close(self) -> None:
        """Write the last piece; the target stays open."""
        if not self.closed:
            self._emit(bytes(self._buffer), last=True)
            super().close()

    def _emit(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, None))
        self._number += 1


class Opener(io.RawIOBase):
    """A file to read plain bytes from. Raises Invalid at the first piece that is not as it was written, or when the end is missing."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise Invalid("This is not a sealed file of Paraat")
        self._cipher = AESGCM(_key(passphrase, source.read(_SALT)))
        self._prefix = source.read(_PREFIX)
        self._source, self._number, self._plain = source, 0, b""
        self._ahead = source.read(_PIECE + _TAG)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        """Fill `target` with plain bytes; 0 at the end."""
        while not self._plain and self._ahead:
            piece, self._ahead = self._ahead, self._source.read(_PIECE + _TAG)
            self._plain = self._opened(piece, last=not self._ahead)
            self._number += 1
        size = min(len(target), len(self._plain))
        target[:size], self._plain = self._plain[:size], self._plain[size:]
        return size

    def _opened(self, piece: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(self._prefix, self._number, last), piece, None)
        except InvalidTag as error:
            raise Invalid("The passphrase is wrong, or the file was damaged or cut off") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
