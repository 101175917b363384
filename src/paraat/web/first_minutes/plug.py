"""Pulling the plug: the worker that sends is killed in the middle of its work, for real, and afterwards everything is counted."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.models import Alert, Delivery
from paraat.kernel.actor import Actor
from paraat.kernel.marking import Tlp
from paraat.platform import supervisor

PATIENCE = 20.0
"""Seconds in which a message must be on its way before the plug is pulled all the same."""
TITLE = "Exercise: the plug is pulled while this is sent"
TEXT = "An exercise. Nothing is wrong, nothing leaves this machine, and you need not answer."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an announcement during which the worker was killed. Lost are notices without any message, sent or waiting."""

    alert: Alert
    organisations: int
    told: int
    waiting: int
    perhaps_twice: int
    lost: int
    nobody: int

    @property
    def finished(self) -> bool:
        """Whether nothing waits any more."""
        return not self.waiting


def pull(*, by: Actor, author: User, second: User) -> Alert:
    """Send an exercise to every constituent and kill the worker as soon as the first message is on its way. Returns the announcement."""
    alert = actions.draft_announcement(
        by=by, author=author, sender=None, audience={"all": True}, title={"en": TITLE}, text={"en": TEXT},
        severity=1, tlp=Tlp.GREEN, valid_until=None, exercise=True,
    )  # fmt: skip
    if alert.needs_second:
        alert = actions.approve_announcement(alert=alert, by=by, officer=second)
    alert = actions.send_announcement(alert=alert, by=by)
    threading.Thread(target=_kill_when_under_way, args=(alert.pk,), daemon=True).start()
    return alert


def outcome() -> Outcome | None:
    """The counts of the latest pulled plug, None when it was never pulled."""
    alert = Alert.objects.filter(exercise=True, title__en=TITLE).order_by("-created_at").first()
    if alert is None:
        return None
    sent = Q(deliveries__state__in=[Delivery.State.ACCEPTED, Delivery.State.HOUSE, Delivery.State.SENT])
    queued = Q(deliveries__state=Delivery.State.QUEUED)
    notices = alert.notices.annotate(done=Count("deliveries", filter=sent), left=Count("deliveries", filter=queued))
    counts = notices.aggregate(
        organisations=Count("pk"),
        told=Count("pk", filter=Q(done__gt=0)),
        waiting=Count("pk", filter=Q(done=0, left__gt=0)),
        nobody=Count("pk", filter=Q(done=0, left=0, reach="none")),
        lost=Count("pk", filter=Q(done=0, left=0) & ~Q(reach="none")),
    )
    return Outcome(alert, perhaps_twice=Delivery.objects.filter(alert=alert, perhaps_twice=True).count(), **counts)


def _kill_when_under_way(alert: UUID) -> None:
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            if Delivery.objects.filter(alert=alert).exclude(state=Delivery.State.QUEUED).exists():
                break
            time.sleep(0.002)
    finally:
        connection.close()
    for pid in senders():
        os.kill(pid, signal.SIGKILL)


def senders() -> list[int]:
    """The process ids of this installation's own workers, found below its own supervisor."""
    parent = supervisor.pid()
    if parent is None:
        return []
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]
