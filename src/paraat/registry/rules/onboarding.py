"""How far a contact got: nominated by the head of administration, invited, called once and confirmed by link, tested."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum

STALE_AFTER = timedelta(days=180)
"""Contacts want confirming after this; an unconfirmed one is still used, with the deputy in parallel."""


class Stage(IntEnum):
    """The stages, lowest first; an organisation stands where its best SPOC stands."""

    NOBODY = 0
    NOMINATED = 1
    INVITED = 2
    VERIFIED = 3
    TESTED = 4


def stage(
    *,
    invited_at: datetime | None,
    called_at: datetime | None,
    confirmed_at: datetime | None,
    tested_at: datetime | None,
) -> Stage:
    """Verified is both: a call in which both sides asked the code word, and a confirmation by link. One alone is not."""
    if called_at and confirmed_at:
        return Stage.TESTED if tested_at else Stage.VERIFIED
    return Stage.INVITED if invited_at or called_at or confirmed_at else Stage.NOMINATED


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether the contact wants confirming (again)."""
    return confirmed_at is None or confirmed_at + STALE_AFTER <= now
