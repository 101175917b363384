"""Identifiers: UUID version 7 (RFC 9562, section 5.7), so that keys sort by the moment they were made."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

HOUSE = UUID(int=0)
"""The chain and the owner of whatever concerns no single organisation."""


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)
