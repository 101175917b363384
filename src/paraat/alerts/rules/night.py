"""The night: from 22:00 to 07:00 in Brussels no phone rings for what can wait. Moments are aware; clock changes are the time zone's business."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from paraat.kernel.severity import RINGS_AT_NIGHT, Severity

ZONE = ZoneInfo("Europe/Brussels")
FROM, TO = time(22), time(7)
RINGING = frozenset({"sms", "voice"})
"""The channels that make a phone ring; mail, Matrix and webhooks wait silently."""


class Preference(StrEnum):
    """What a contact chose for the night (the values of `registry.Contact.Night`)."""

    SEVERE = "severe"
    ALWAYS = "always"
    NEVER = "never"


def is_night(at: datetime) -> bool:
    """Whether it is between 22:00 (included) and 07:00 (not) in Brussels."""
    clock = at.astimezone(ZONE).time()
    return clock >= FROM or clock < TO


def morning(at: datetime) -> datetime:
    """The next 07:00 in Brussels after `at`, in the time zone of `at`. At 07:00 sharp it is the next day's."""
    local = at.astimezone(ZONE)
    day = local.date() if local.time() < TO else local.date() + timedelta(days=1)
    return datetime.combine(day, TO, ZONE).astimezone(at.tzinfo)


def may_ring(
    at: datetime, *, severity: int, officer_said_so: bool = False, preference: str = Preference.SEVERE
) -> bool:
    """Whether a phone may ring at `at`.

    By day always. At night: a contact who chose `never` is rung only in a crisis (severity 5), whoever says so: a promise about sleep that
    breaks at the first alert is none, and others on the ladder are rung instead. Else from severity 3 on, or when the contact chose `always`
    or an officer said so.
    """
    if not is_night(at):
        return True
    if preference == Preference.NEVER:
        return severity >= Severity.CRISIS
    return officer_said_so or preference == Preference.ALWAYS or severity >= RINGS_AT_NIGHT
