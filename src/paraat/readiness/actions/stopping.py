"""The emergency stop: at once, for everybody, until the owner has said yes and the team says why it goes on."""

from __future__ import annotations

from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.engagement_news import tell_resumed, tell_stopped
from paraat.readiness.actions.engagements import demand_authorised, locked
from paraat.readiness.models import Engagement, Tester

State = Engagement.State
STOPPABLE = (State.AUTHORISED, State.GOING, State.REPORTING)


def stop_key(engagement: Engagement) -> str:
    """Under which a stop waits for a person of the team."""
    return f"engagement-stop:{engagement.pk}"


@action
def stop_testing(*, engagement: Engagement, because: str, by: Actor, user: User | None = None) -> Engagement:
    """Stop: in the same transaction the state changes and everybody is told (the owner's contacts, testers, officers on call).

    `user`: the tester who pressed it, and has thereby stopped himself. Raises Invalid without a reason, Conflict when it is stopped already
    or nothing can be stopped.
    """
    if not because.strip():
        raise Invalid("Say in a few words why it must stop", field="because")
    row = locked(engagement, *STOPPABLE)
    now = moment.now()
    values = {
        "state": State.STOPPED,
        "stopped_from": row.state,
        "stopped_at": now,
        "stopped_by": by.label[:200],
        "stopped_because": because.strip()[:500],
        "yes_at": None,
        "yes_by": "",
        "resumed_at": None,
        "resumed_because": "",
    }
    if Engagement.objects.filter(pk=row.pk, state=row.state).update(**values) != 1:
        raise Conflict
    row.testers.update(stop_seen_at=None)
    if user is not None:
        row.testers.filter(user=user, until=None).update(stop_seen_at=now)
    row.refresh_from_db()
    record("engagement.stopped", by=by, on=row, organisation=row.organisation_id, detail={"because": because})
    tell_stopped(row)
    return row


@action
def confirm_stopped(*, engagement: Engagement, user: User, by: Actor) -> Tester:
    """A tester says to have stopped. Raises Conflict when it is not stopped, or he said so already."""
    row = locked(engagement, State.STOPPED)
    rows = row.testers.filter(user=user, until=None, stop_seen_at=None)
    if rows.update(stop_seen_at=moment.now()) != 1:
        raise Conflict("You have confirmed already, or do not test this")
    record("engagement.stop_seen", by=by, on=row, organisation=row.organisation_id, detail={"user": user.pk})
    found: Tester = row.testers.get(user=user)
    return found


@action
def agree_to_go_on(*, engagement: Engagement, who: str, by: Actor) -> Engagement:
    """The owner's yes to going on after this stop: clicked by its SPOC, or said to the team by whom `who` names.

    Raises Invalid without a name, Conflict when it is not stopped or the yes was given.
    """
    if not who.strip():
        raise Invalid("Write who of the owner said yes", field="who")
    row = locked(engagement, State.STOPPED)
    fresh = Engagement.objects.filter(pk=row.pk, state=State.STOPPED, yes_at=None)
    if fresh.update(yes_at=moment.now(), yes_by=who.strip()[:200]) != 1:
        raise Conflict("The owner has said yes already")
    record("engagement.yes", by=by, on=row, organisation=row.organisation_id, detail={"who": who})
    row.refresh_from_db()
    return row


@action
def resume_testing(*, engagement: Engagement, because: str, by: Actor) -> Engagement:
    """The team lets it go on as it was before the stop. Raises Invalid without a reason, Conflict without the owner's yes or when nothing that
    was signed is in force any more."""
    if not because.strip():
        raise Invalid("Say why it may go on", field="because")
    row = locked(engagement, State.STOPPED)
    if row.yes_at is None:
        raise Conflict("The owner has not said yes yet", engagement=row.number)
    if row.stopped_from != State.REPORTING:
        demand_authorised(row, moment.today())
    values = {"state": row.stopped_from, "resumed_at": moment.now(), "resumed_because": because.strip()[:500]}
    if Engagement.objects.filter(pk=row.pk, state=State.STOPPED, yes_at__isnull=False).update(**values) != 1:
        raise Conflict
    row.refresh_from_db()
    record("engagement.resumed", by=by, on=row, organisation=row.organisation_id, detail={"because": because})
    facts.announce(facts.Settled(stop_key(row)))
    tell_resumed(row)
    return row
