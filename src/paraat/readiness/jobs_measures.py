"""The clockwork of measures: reminders that are due. It looks for what is due, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions.measures_reminders import fire_measure_reminders

ROUNDS = 40
"""Batches that one job fires before it makes room for another."""


@periodic("*/5 * * * *", name="readiness.remind_of_measures")
def remind_of_measures(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every five minutes: owners, heads of administration, the team."""
    for _round in range(ROUNDS):
        if not fire_measure_reminders():
            return
