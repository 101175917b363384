"""An officer decides that this cannot wait for the morning."""

from __future__ import annotations

from paraat.alerts import happening
from paraat.alerts.actions.climbing import climb_some
from paraat.alerts.models import Alert, CallLine
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def let_ring(*, alert: Alert, by: Actor) -> Alert:
    """Let phones ring for this alert at night, whatever its severity, and go on at once with what waited for the morning. Contacts who chose never
    to be rung are left to sleep all the same. Raises Conflict when it rings already or is over."""
    now = moment.now()
    active = [Alert.State.DRAFT, Alert.State.HELD, Alert.State.SENT]
    if Alert.objects.filter(pk=alert.pk, ring_at_night=False, state__in=active).update(ring_at_night=True) != 1:
        raise Conflict("Phones ring for this alert already, or it is over")
    alert.refresh_from_db()
    record("alert.rings", by=by, on=alert, detail={"number": alert.number})
    CallLine.objects.open().filter(notices__alert=alert, not_before__gt=now, attempts=0).update(not_before=None)
    alert.notices.filter(waits_until__gt=now, step_due_at__gt=now).update(step_due_at=now, waits_until=None)
    climb_some(now=now, alert=alert)
    happening.changed(alert)
    return alert
