"""The clockwork of assessments: who is reminded of what is due."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions.assessment_reminders import BATCH, fire_reminders

ROUNDS = 20


@periodic("*/5 * * * *", queue="bulk", name="readiness.remind_of_assessments")
def remind(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every five minutes: due days that come near or have passed, and explanations that have grown old."""
    for _round in range(ROUNDS):
        if fire_reminders() < BATCH:
            return
