"""The clockwork of the population: whoever changed is counted again, the night's whole count, the figures of a day, the peers of a quarter."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions import standing
from paraat.readiness.actions.population import freeze_peers, keep_figures

ROUNDS = 40
"""Batches that one job counts before it makes room for another."""


@periodic("* * * * * */15", queue="bulk", name="readiness.count_standing")
def count_standing(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every fifteen seconds: those of whom something changed."""
    for _round in range(ROUNDS):
        if standing.refresh_due() < standing.BATCH:
            return


@periodic("*/5 * * * *", queue="bulk", name="readiness.notice_register")
def notice_register(timestamp: int) -> None:  # noqa: ARG001
    """Every five minutes: those who begin or end today, moved, or were never counted."""
    standing.touch_stale()


@periodic("47 1 * * *", queue="bulk", name="readiness.count_population")
def count_population(timestamp: int) -> None:  # noqa: ARG001
    """Every night: everybody from nothing, the figures of the day, and the peers when a quarter began; the first night after it will do."""
    standing.recount()
    keep_figures()
    freeze_peers()
