"""A rung that was recorded by mistake is undone with a reason; it stays in the history and counts nowhere."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.programmes_money import change, free_money, held, move_up, take_back
from paraat.readiness.actions.programmes_steps import count_steps
from paraat.readiness.models import Participation, Step

State = Participation.State


@action
def undo_step(*, step: Step, because: str, by: Actor) -> Step:
    """Undo a rung. Paid: the money is committed again. Signed up, with no later rung: it takes part no longer and what was set aside comes free.

    Raises Invalid without a reason, Conflict when it is undone already.
    """
    row, now = held(step.participation), moment.now()
    if not because.strip():
        raise Invalid("Say why", field="because")
    standing = Step.objects.filter(pk=step.pk, undone_at=None)
    if standing.update(undone_at=now, undone_by=by.label[:200], undone_because=because.strip()[:500]) != 1:
        raise Conflict("This step is undone already")
    count_steps(row)
    _follow(row, step.name, because)
    detail = {"programme": row.programme.key, "step": step.name, "on": step.on, "because": because[:500]}
    record("participation.undone", by=by, on=row, organisation=row.organisation_id, detail=detail)
    move_up(row.programme, by=by)
    step.refresh_from_db()
    return step


def _follow(row: Participation, name: str, because: str) -> None:
    """What hangs on the rung goes with it."""
    now = moment.now()
    if name == Step.Name.PAID:
        take_back(row)
        if row.state == State.DONE:
            change(row, State.GOING, now)
    elif row.step in {"", Step.Name.INVITED} and row.state in {State.GOING, State.WAITING}:
        free_money(row, because, now)
        change(row, State.SILENT if row.step else State.ENDED, now, because.strip())
