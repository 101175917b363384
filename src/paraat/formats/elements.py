"""The elements of one array in a JSON stream of any size, cut out without reading the whole, so that one broken element spoils no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from paraat.formats.errors import FormatError
from paraat.formats.source import Source

LONGEST = 4 << 20
_PIECE = 1 << 20
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,"]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Element:
    """One element as it came, and the offset of its first byte in the stream. `whole`: the stream did not break off within it."""

    offset: int
    raw: bytes
    whole: bool = True


def array_elements(stream: Source, key: str) -> Iterator[Element]:
    """The elements of the array under `key` of the outermost object, or of an outermost array. None when it is null.

    Raises FormatError when there is no such array.
    """
    return _Scanner(stream, key.encode()).elements()


class _Scanner:
    """Follows brackets and strings only; what lies between them is left to the JSON parser."""

    def __init__(self, stream: Source, key: bytes) -> None:
        self._stream, self._key = stream, key
        self._buffer, self._base, self._ended = b"", 0, False

    def _token(self, position: int) -> tuple[bytes, int] | None:
        """The next token and where it ends; None at the end of the stream."""
        while True:
            found = _TOKEN.search(self._buffer, position)
            if found and found[0] != b'"':
                return found[0], found.end()
            if self._ended:
                return None
            self._refill()

    def _refill(self) -> None:
        more = self._stream.read(_PIECE)
        self._ended = not more
        self._buffer += more
        if len(self._buffer) > LONGEST + _PIECE:
            raise FormatError("One element of this list is too long.", offset=self._base)

    def _drop(self, position: int) -> None:
        """Forget what was read, once in a while."""
        if position > _PIECE:
            self._buffer, self._base = self._buffer[position:], self._base + position

    def elements(self) -> Iterator[Element]:
        """See `array_elements`."""
        position = self._find()
        if position is None:
            return
        while position is not None:
            begin = position
            end, position, whole = self._end_of(begin)
            raw = self._buffer[begin:end]
            if raw.strip():
                lead = len(raw) - len(raw.lstrip())
                yield Element(self._base + begin + lead, raw.strip(), whole)
            if position is not None and position > _PIECE:
                self._drop(position)
                position = 0

    def _find(self) -> int | None:
        """Where the first element of the array begins; None: the value is null. Skips what stands before it, at any length."""
        depth, last, position = 0, b"", 0
        first = self._token(0)
        if first is None or first[0] not in (b"[", b"{"):
            raise FormatError("This is no JSON list of targets.")
        if first[0] == b"[":
            return first[1]
        token: tuple[bytes, int] | None = first
        while token is not None:
            text, position = token
            if text == b":" and depth == 1 and last == b'"' + self._key + b'"':
                return self._value(position)
            depth += (text in b"{[") - (text in b"}]")
            if depth == 0:
                break
            last = text
            if position > _PIECE:
                self._drop(position)
                position = 0
            token = self._token(position)
        raise FormatError("There is no list of targets in it.", key=self._key.decode())

    def _value(self, position: int) -> int | None:
        """Where the elements begin, `position` being just after the key's colon."""
        while not self._ended and not self._buffer[position:].lstrip()[3:]:
            self._refill()
        value = self._buffer[position:].lstrip()
        if value.startswith(b"null"):
            return None
        if not value.startswith(b"["):
            raise FormatError("What should be a list of targets is none.", key=self._key.decode())
        return self._buffer.index(b"[", position) + 1

    def _end_of(self, begin: int) -> tuple[int, int | None, bool]:
        """Where the element ends, where the next begins (None: there is none), and whether it is whole."""
        depth, position = 0, begin
        while True:
            token = self._token(position)
            if token is None:
                return len(self._buffer), None, False
            text, position = token
            if depth == 0 and text in (b",", b"]", b"}"):
                return position - 1, position if text == b"," else None, True
            depth += (text in (b"{", b"[")) - (text in (b"}", b"]"))
