"""What came of a phone call: acknowledged, or the next try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paraat.alerts import ladders
from paraat.alerts.actions.acknowledging import acknowledge_notices
from paraat.alerts.actions.calls import call_key, line_changed, put_on_call_list
from paraat.alerts.models import CallLine, Notice
from paraat.alerts.rules import ladder
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action

AGAIN = timedelta(minutes=15)
"""After "no answer" a number is tried again this much later, or after one interval of the ladder when that is shorter."""
Outcome = CallLine.Outcome


@action
def close_call(*, line: CallLine, by: Actor, outcome: str, spoke_to: str = "", note: str = "") -> CallLine:
    """Say what came of the call. "Acknowledged" needs the name of whom was spoken to and acknowledges what was on the line when the call
    began: what joined during it gets a line of its own. Anything else makes a new line: the same number later, or another number when this
    one was wrong."""
    if outcome not in Outcome.values:
        raise Invalid("This is not an outcome of a call", outcome=outcome)
    if outcome == Outcome.ACKNOWLEDGED and not spoke_to.strip():
        raise Invalid("Whom did you speak to? Only a person acknowledges")
    now = moment.now()
    values = {"closed_at": now, "outcome": outcome, "spoke_to": spoke_to.strip()[:200], "note": note.strip()[:500]}
    mine = CallLine.objects.open().filter(pk=line.pk)
    if mine.update(**values) != 1:
        raise Conflict("This call has been closed already")
    facts.announce(facts.Settled(call_key(line)))
    closed = line_changed(
        line, "call.closed", by, {"outcome": outcome, "note": note.strip()[:500], "spoke_to": spoke_to.strip()[:200]}
    )
    _follow(closed, by, now)
    return closed


def _follow(line: CallLine, by: Actor, now: datetime) -> None:
    if line.outcome == Outcome.ACKNOWLEDGED:
        _set_apart(line, now)
    open_notices = list(line.notices.filter(state=Notice.State.OPEN).select_related("alert", "organisation"))
    if line.outcome == Outcome.ACKNOWLEDGED:
        if not line.correction:
            acknowledge_notices(notices=open_notices, by=by, through="officer", name=line.spoke_to)
        return
    if not line.correction and not open_notices:
        return
    _again(line, open_notices or list(line.notices.select_related("alert", "organisation")), now)


def _set_apart(line: CallLine, now: datetime) -> None:
    """What joined the line during the call was not spoken of: it is still to be phoned for."""
    if line.claimed_at is None or line.claimed_notices is None:
        return
    unsaid = list(line.notices.exclude(pk__in=line.claimed_notices).select_related("alert", "organisation"))
    line.notices.remove(*unsaid)
    waiting = [notice for notice in unsaid if line.correction or notice.state == Notice.State.OPEN]
    if waiting:
        contacts = ladders.book({notice.organisation_id for notice in waiting}, now)
        put_on_call_list(notices=waiting, contacts=contacts, not_before={}, now=now, correction=line.correction)


def _again(line: CallLine, notices: Sequence[Notice], now: datetime) -> None:
    wrong = line.outcome in {Outcome.WRONG_NUMBER, Outcome.CODE_WORD_WRONG}
    wait = min(AGAIN, ladder.interval(line.severity, ladders.current_pace() if line.exercise else 1))
    later = now if wrong else now + wait
    avoided = frozenset(
        CallLine.objects.filter(
            notices__in=[notice.pk for notice in notices], outcome__in=[Outcome.WRONG_NUMBER, Outcome.CODE_WORD_WRONG]
        ).values_list("address", flat=True)
    )
    put_on_call_list(
        notices=notices,
        contacts=ladders.book({notice.organisation_id for notice in notices}, now),
        not_before={notice.pk: later for notice in notices},
        now=now,
        avoid={notice.pk: avoided for notice in notices},
        attempts=line.attempts + 1,
        correction=line.correction,
    )
