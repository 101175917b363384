"""The clockwork of programmes: a new year has a budget of its own, from which whoever waits moves up without anybody doing anything."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions.programmes_money import move_up_everywhere


@periodic("7 * * * *", queue="bulk", name="readiness.move_up_programmes")
def move_up(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every hour: waiting lists for which there is money."""
    move_up_everywhere()
