"""A case moves on: contained, eradicated, recovering, closed; or is reopened."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from paraat.alerts.happening import for_officers
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, TimelineEntry
from paraat.incidents.rules.states import may_move, needs_reason
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def move_case(*, case: Case, to: str, by: Actor, because: str = "") -> Case:
    """Move a case to another state, from the one that `case` is known to be in; the timeline says so.

    Raises Invalid when it may not go there, or without the reason that closing, reopening and going back need; Conflict when somebody else
    moved it first.
    """
    before, reason = case.state, because.strip()
    if not may_move(before, to):
        raise Invalid("A case cannot go there from here", field="to", value=to)
    if needs_reason(before, to) and not reason:
        raise Invalid("Say why", field="because")
    now = moment.now()
    closed: dict[str, Any] = {"closed_at": None, "closed_because": ""}
    if to == Case.State.CLOSED:
        closed = {"closed_at": now, "closed_because": reason[:500]}
    still = Case.objects.filter(pk=case.pk, state=before)
    if still.update(state=to, state_at=now, changed_at=now, version=F("version") + 1, **closed) != 1:
        raise Conflict("Somebody else moved this case first")
    case.refresh_from_db()
    with for_officers():
        text = f"{Case.State(before).label} → {Case.State(to).label}"
    text = f"{text}: {reason}" if reason else text
    add_entry(case=case, text=text, by=by, kind=TimelineEntry.Kind.STATE, happened_at=now, known_at=now)
    detail = {"number": case.number, "from": before, "to": to, "because": reason}
    record("case.moved", by=by, on=case, organisation=case.organisation_id, detail=detail)
    return case
