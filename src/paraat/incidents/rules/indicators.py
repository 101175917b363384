"""How long an indicator is worth looking for, when nobody says otherwise. Pure: `now` is passed in."""

from __future__ import annotations

from datetime import datetime, timedelta

KEPT = {
    "ipv4": timedelta(days=90),
    "ipv6": timedelta(days=90),
    "url": timedelta(days=90),
    "host": timedelta(days=180),
    "email": timedelta(days=180),
    "onion": timedelta(days=365),
}
"""Addresses change hands; digests, vulnerabilities and wallets do not, and never expire by themselves."""


def expiry(kind: str, now: datetime) -> datetime | None:
    """When an indicator of this kind that is accepted now expires; None: it does not."""
    kept = KEPT.get(kind)
    return now + kept if kept else None
