"""Pulling the plug: the workers are killed in the middle of their sending, for real, and afterwards everything is counted."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Count, Q

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.models import Alert, AlertQuerySet, Delivery
from paraat.kernel.actor import Actor
from paraat.kernel.marking import Tlp
from paraat.platform import supervisor
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.web.first_minutes.actions import note_killed

PATIENCE = 20.0
"""Seconds after which the plug is pulled all the same, however few messages have left."""
SHARE = 3
"""The plug is pulled when one message in so many has left: in the midst of it, not before and not after."""
TITLE = "Exercise: the plug is pulled while this is sent"
TEXT = "An exercise. Nothing is wrong, nothing leaves this machine, and you need not answer."
_GONE = [Delivery.State.ACCEPTED, Delivery.State.HOUSE, Delivery.State.SENT]
_TOLD = Q(deliveries__state__in=_GONE)


@dataclass(frozen=True, slots=True)
class Killed:
    """The moment of the kill: which processes, and how many organisations had been told by then."""

    at: datetime
    processes: Sequence[int]
    told: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an announcement during which the workers were killed. Lost are notices without any message, sent or waiting."""

    alert: Alert
    killed: Killed | None
    workers: Sequence[int]
    organisations: int
    told: int
    waiting: int
    perhaps_twice: int
    lost: int
    nobody: int

    @property
    def finished(self) -> bool:
        """Whether it was killed and nothing waits any more."""
        return self.killed is not None and not self.waiting

    @property
    def after(self) -> int:
        """How many were told after the kill."""
        return self.told - self.killed.told if self.killed else 0


def pull(*, by: Actor, author: User, second: User) -> Alert:
    """Send an exercise to every constituent and kill the workers in the midst of it. Returns the announcement."""
    alert = actions.draft_announcement(
        by=by, author=author, sender=None, audience={"all": True}, title={"en": TITLE}, text={"en": TEXT},
        severity=0, tlp=Tlp.GREEN, valid_until=None, exercise=True,
    )  # fmt: skip
    if alert.needs_second:
        alert = actions.approve_announcement(alert=alert, by=by, officer=second)
    alert = actions.send_announcement(alert=alert, by=by)
    threading.Thread(target=_kill_when_under_way, args=(alert, by), daemon=True).start()
    return alert


def outcome() -> Outcome | None:
    """The counts of the latest pulled plug; None when it was never pulled, or the demonstration started over since."""
    alert = running().order_by("-created_at").first()
    if alert is None:
        return None
    queued = Q(deliveries__state=Delivery.State.QUEUED)
    notices = alert.notices.annotate(done=Count("deliveries", filter=_TOLD), left=Count("deliveries", filter=queued))
    counts = notices.aggregate(
        organisations=Count("pk"),
        told=Count("pk", filter=Q(done__gt=0)),
        waiting=Count("pk", filter=Q(done=0, left__gt=0)),
        nobody=Count("pk", filter=Q(done=0, left=0, reach="none")),
        lost=Count("pk", filter=Q(done=0, left=0) & ~Q(reach="none")),
    )
    twice = Delivery.objects.filter(alert=alert, perhaps_twice=True).count()
    return Outcome(alert, _killed(alert), senders(), perhaps_twice=twice, **counts)


def running() -> AlertQuerySet:
    """The announcements of pulled plugs that were not withdrawn."""
    return Alert.objects.filter(exercise=True, title__en=TITLE, state=Alert.State.SENT, kind=Alert.Kind.ANNOUNCEMENT)


def senders() -> list[int]:
    """The process ids of this installation's own workers, found below its own supervisor."""
    parent = supervisor.pid()
    if parent is None:
        return []
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"worker" in _command(child)]


def _command(process: str) -> list[bytes]:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it ended meanwhile


def _killed(alert: Alert) -> Killed | None:
    entry = JournalEntry.objects.filter(verb="worker.killed", object_type="alert", object_id=str(alert.pk)).first()
    detail = JournalDetail.objects.filter(entry=entry.pk).first() if entry else None
    if entry is None or entry.at is None or detail is None or detail.detail is None:
        return None
    return Killed(entry.at, detail.detail["processes"], detail.detail["told"])


def _kill_when_under_way(alert: Alert, by: Actor) -> None:
    try:
        _wait_for_the_midst(alert)
        processes = senders()
        for process in processes:
            os.kill(process, signal.SIGKILL)
        told = alert.notices.filter(_TOLD).distinct().count()
        note_killed(alert=alert, by=by, processes=processes, told=told)
    finally:
        connection.close()


def _wait_for_the_midst(alert: Alert) -> None:
    rows = Delivery.objects.filter(alert=alert)
    enough, deadline = max(1, rows.count() // SHARE), time.monotonic() + PATIENCE
    while time.monotonic() < deadline and rows.filter(state__in=_GONE).count() < enough:
        time.sleep(0.005)
