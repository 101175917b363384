"""The clockwork of sessions: what is due is a row, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from paraat.platform import moment
from paraat.platform.jobs import periodic
from paraat.readiness.actions.session_telling import remind_due


@periodic("*/5 * * * *", name="readiness.remind_of_sessions")
def remind(timestamp: int) -> None:  # noqa: ARG001  # the library gives it
    """Every five minutes: who comes tomorrow is reminded."""
    remind_due(now=moment.now())
