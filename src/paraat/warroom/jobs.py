"""The clockwork of war rooms. Every task looks for what is due in the database, so a tick that was missed or came twice changes nothing."""

from __future__ import annotations

from itertools import count

from paraat.platform.jobs import periodic
from paraat.warroom.actions import handovers, purging, triggers


@periodic("* * * * * */10", queue="urgent")
def page_silent_triggers(timestamp: int) -> None:  # the library gives it
    """Every ten seconds: escalation triggers that nobody answered in time."""
    triggers.page_silent_triggers()


@periodic("23 * * * *", queue="bulk")
def purge_disinformation(timestamp: int) -> None:
    """Every hour: disinformation signals whose 90 days are over."""
    for _round in count():
        if not purging.purge_disinformation():
            break


@periodic("* * * * * */20", queue="urgent")
def page_for_handovers(timestamp: int) -> None:
    """Every twenty seconds: shifts that nobody took over in fifteen minutes."""
    handovers.page_for_handovers()
