"""The clockwork of engagements: what is over is reported, once."""

from __future__ import annotations

from paraat.platform import moment
from paraat.platform.jobs import periodic
from paraat.readiness.actions.engagements import end_overdue


@periodic("17 * * * *", queue="bulk")
def end_engagements(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every hour: engagements whose last day is past are tested no longer."""
    end_overdue(today=moment.today())
