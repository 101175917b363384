"""What ships newly with a version of Paraat comes into the library by itself."""

from __future__ import annotations

from paraat.platform.jobs import periodic
from paraat.readiness.actions.guidance import load_guidance


@periodic("*/30 * * * *", queue="bulk", name="readiness.load_guidance")
def load(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every half hour: two small queries where there is nothing new."""
    load_guidance()
