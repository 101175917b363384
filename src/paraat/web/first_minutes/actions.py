"""The one thing that the demonstration writes by itself: that a worker was killed on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from paraat.alerts.models import Alert
from paraat.kernel.actor import Actor
from paraat.platform.actions import action, record


@action
def note_killed(*, alert: Alert, by: Actor, processes: Sequence[int], told: int) -> None:
    """Write down which processes were killed while `alert` was being sent, and how many organisations had been told by then."""
    record("worker.killed", by=by, on=alert, detail={"processes": list(processes), "told": told})
