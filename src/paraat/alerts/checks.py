"""What `paraat check` asks of alerts: whether messages leave, ladders climb, and the grab bag is fresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from paraat.alerts import grabbag
from paraat.alerts.models import Delivery, Notice, Switch
from paraat.platform import moment
from paraat.platform.registrations import Finding, Level

LATE = timedelta(minutes=5)
"""What should have been sent or climbed longer ago shows that nobody works on it."""
STALE = timedelta(hours=3)


def check_sending() -> Iterable[Finding]:
    """Whether what is due leaves, and whether somebody stopped everything."""
    now = moment.now()
    stopped = Switch.objects.filter(stopped_at__isnull=False).first()
    if stopped is not None:
        yield Finding(
            "sending",
            Level.WARNING,
            f"All sending is stopped: {stopped.reason}",
            "Resume it on the board when it is right to.",
        )
        return
    late = Delivery.objects.due(now - LATE).count()
    if late:
        yield Finding(
            "sending",
            Level.ERROR,
            f"{late} messages should have left over five minutes ago.",
            "Is a worker running? paraat up",
        )
    else:
        yield Finding("sending", Level.OK, "Nothing that should have left is waiting.")


def check_ladders() -> Iterable[Finding]:
    """Whether ladders climb when they are due."""
    now = moment.now()
    if Switch.objects.filter(stopped_at__isnull=False).exists():
        return
    late = Notice.objects.overdue(now - LATE).filter(alert__state="sent").count()
    if late:
        yield Finding(
            "ladders",
            Level.ERROR,
            f"{late} notices wait for a step that was due over five minutes ago.",
            "Is a worker running? paraat up",
        )
    else:
        yield Finding("ladders", Level.OK, "Every ladder is on time.")


def check_grabbag() -> Iterator[Finding]:
    """Whether there is a fresh pack for when Paraat is down."""
    newest = grabbag.newest()
    if not grabbag.is_configured():
        yield Finding(
            "grab bag",
            Level.WARNING,
            "There is no offline pack for when Paraat is down.",
            "Set PARAAT_GRABBAG_PASSPHRASE.",
        )
    elif newest is None or _age(newest.stat().st_mtime, moment.now()) > STALE:
        yield Finding(
            "grab bag",
            Level.WARNING,
            "The newest offline pack is over three hours old.",
            "paraat grabbag; is a worker running?",
        )
    else:
        yield Finding("grab bag", Level.OK, f"The newest offline pack is {newest.name}.")


def _age(written: float, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - written)
