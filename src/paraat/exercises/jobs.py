"""The clockwork of exercises: what is due is a row, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from paraat.exercises import actions
from paraat.platform.jobs import periodic


@periodic("* * * * * */5", queue="urgent")
def play(timestamp: int) -> None:  # the library gives it
    """Every five seconds: injects whose minute has come."""
    actions.play_due()
