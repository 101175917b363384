"""What the registry does by itself: half-yearly tests, asking for confirmation again, letting personal data go."""

from __future__ import annotations

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.jobs import periodic
from paraat.registry import actions
from paraat.registry.actions.personal import BATCH

LET_GO_ROUNDS = 20
"""Times BATCH contacts that one night lets go."""


@periodic("*/20 * * * *")
def test_contacts(timestamp: int) -> None:  # what is due counts, not the clock
    """Send the tests that are due, and make tasks of those not answered in time."""
    now = moment.now()
    actions.send_due_tests(now=now, by=SYSTEM)
    actions.note_unanswered(now=now, by=SYSTEM)


@periodic("10 8 * * 1-5")
def confirm_contacts(timestamp: int) -> None:
    """Ask contacts that nobody confirmed for 180 days."""
    actions.ask_stale_to_confirm(now=moment.now(), by=SYSTEM)


@periodic("40 2 * * *", queue="bulk")
def let_go(timestamp: int) -> None:
    """Erase the personal data whose time is over, in small transactions; what a night does not finish, the next one does."""
    for _round in range(LET_GO_ROUNDS):
        if actions.let_go(by=SYSTEM) < BATCH:
            return
