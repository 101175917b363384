"""The clockwork of lessons: who stays silent is chased. It looks for what is due, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions.lessons import chase_due
from paraat.readiness.actions.lessons.chasing import BATCH

ROUNDS = 200
"""Batches that one job fires before it makes room for another: twenty thousand rows."""


@periodic("*/5 * * * *", name="readiness.chase_lessons")
def chase_lessons(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every five minutes: lessons without an answer, and promises whose day has passed."""
    for _round in range(ROUNDS):
        if chase_due() < BATCH:
            return
