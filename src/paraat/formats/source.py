"""What a reader asks of its input: bytes, some at a time."""

from __future__ import annotations

from typing import Protocol


class Source(Protocol):
    """Anything with `read(size)` that returns at most `size` bytes, and none at the end."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""
        ...
