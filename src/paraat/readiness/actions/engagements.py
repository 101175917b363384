"""An engagement is planned, its terms are changed, it begins, is reported and closed. Paper, stop and testers stand in the files beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.models import Engagement, Finding, Participation
from paraat.readiness.rules import methods
from paraat.registry.models import Organisation

State = Engagement.State
CHANGEABLE = (State.DRAFT, State.AUTHORISED, State.GOING, State.STOPPED)
"""Where the terms may still change; each change ends what was signed."""
FIELDS = (
    "title", "firm", "starts_on", "ends_on", "allowed", "forbidden", "social_engineering", "social_words", "stop_phone", "rules",
)  # fmt: skip


@action
def plan_engagement(
    *,
    organisation: Organisation,
    title: str,
    by: Actor,
    firm: Organisation | None = None,
    participation: Participation | None = None,
    exercise: bool = False,
    **terms: Any,
) -> Engagement:
    """Prepare an engagement for a constituent; nothing may be tested yet. `terms`: any of FIELDS.

    Raises Invalid without a title, for an organisation that is not looked after, or for terms that contradict each other.
    """
    if not title.strip():
        raise Invalid("Give it a title", field="title")
    if not organisation.constituent:
        raise Invalid("Only a constituent's systems are tested", field="organisation")
    now = moment.now()
    row = Engagement(
        number=take_number(kind="H", now=now),
        organisation=organisation,
        title=title.strip()[:200],
        firm=firm,
        participation=participation,
        allowed=list(methods.DEFAULT),
        exercise=exercise,
        created_at=now,
        created_by=by.label[:200],
    )
    _fill(row, terms)
    row.save(force_insert=True)
    record("engagement.planned", by=by, on=row, organisation=organisation.pk, detail={"number": row.number})
    return row


@action
def change_terms(*, engagement: Engagement, by: Actor, **terms: Any) -> Engagement:
    """Change what is agreed (any of FIELDS). Whatever was signed ends with it, and no testing goes on until it is signed anew.

    Raises Conflict once it is reported or closed, Invalid for terms that contradict each other.
    """
    row = locked(engagement, *CHANGEABLE)
    before = {name: getattr(row, name) for name in FIELDS}
    _fill(row, terms)
    changed = sorted(name for name in FIELDS if getattr(row, name) != before[name])
    if not changed:
        return row
    row.save(update_fields=changed)
    record("engagement.changed", by=by, on=row, organisation=row.organisation_id, detail={"changed": changed})
    if set(changed) - {"title"}:
        lapse(row, by, "the terms were changed")
    return row


@action
def begin_testing(*, engagement: Engagement, by: Actor) -> Engagement:
    """From now on testers may test. Raises Conflict unless it is authorised, Invalid before the first or after the last day."""
    row = locked(engagement, State.AUTHORISED)
    demand_authorised(row, moment.today())
    return _move(row, State.GOING, "engagement.begun", by)


@action
def report_engagement(*, engagement: Engagement, by: Actor) -> Engagement:
    """Testing is over: from now on it is only written down and tested again. Raises Conflict unless it went on or was ready to."""
    return _move(locked(engagement, State.AUTHORISED, State.GOING), State.REPORTING, "engagement.reporting", by)


@action
def close_engagement(*, engagement: Engagement, by: Actor) -> Engagement:
    """It is over, and its testers see it no longer. Raises Invalid while something was found that its owner was not told."""
    from paraat.readiness.actions.testers import send_all_away

    row = locked(engagement, State.DRAFT, State.AUTHORISED, State.STOPPED, State.REPORTING)
    if row.findings.filter(state=Finding.State.DRAFT).exists():
        raise Invalid("There are findings that the owner was not told of; disclose them first")
    send_all_away(engagement=row, by=by)
    Engagement.objects.filter(pk=row.pk).update(closed_at=moment.now())
    row.authorisations.open().update(ended_at=moment.now(), ended_because="the engagement was closed")
    facts.announce(facts.Settled(f"engagement-stop:{row.pk}"))
    return _move(row, State.CLOSED, "engagement.closed", by)


@action
def end_overdue(*, today: date) -> int:
    """Engagements whose last day is past are tested no longer; how many. Run every hour, changes each once."""
    from paraat.kernel.actor import SYSTEM

    rows = Engagement.objects.filter(state__in=[State.GOING, State.AUTHORISED], ends_on__lt=today)
    found: Sequence[Engagement] = list(rows.select_for_update(skip_locked=True).order_by("pk")[:200])
    for row in found:
        _move(row, State.REPORTING, "engagement.reporting", SYSTEM)
    return len(found)


# What the files beside this one share ---------------------------------------------------------------------------------------------
def locked(engagement: Engagement, *states: str) -> Engagement:
    """The row, held until the transaction ends. Raises Conflict when it is in none of the states."""
    row: Engagement = (
        Engagement.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=engagement.pk)
    )
    if states and row.state not in states:
        raise Conflict("This engagement is not in a state in which that is possible", engagement=row.number)
    return row


def demand_authorised(row: Engagement, today: date) -> None:
    """Raises Conflict without a signature of the owner in force, Invalid outside its days."""
    if not row.authorisations.in_force().filter(organisation=row.organisation_id).exists():
        raise Conflict("No signed authorisation of the owner is in force", engagement=row.number)
    if row.starts_on is None or row.ends_on is None or not row.starts_on <= today <= row.ends_on:
        raise Invalid("Today is not one of the days that were authorised")


def lapse(row: Engagement, by: Actor, because: str) -> None:
    """The terms changed: nothing that was signed holds any more. Who was testing is told to stop until it is signed anew."""
    from paraat.readiness.actions.engagement_news import tell_lapsed

    ended = row.authorisations.open().update(ended_at=moment.now(), ended_because=because[:300])
    if ended:
        record("engagement.lapsed", by=by, on=row, organisation=row.organisation_id, detail={"papers": ended})
    if row.state == State.STOPPED:
        Engagement.objects.filter(pk=row.pk).update(stopped_from=State.DRAFT)
    elif row.state != State.DRAFT:
        if row.state == State.GOING:
            tell_lapsed(row)
        Engagement.objects.filter(pk=row.pk).update(state=State.DRAFT)
    row.refresh_from_db()


def _move(row: Engagement, state: str, verb: str, by: Actor) -> Engagement:
    if Engagement.objects.filter(pk=row.pk, state=row.state).update(state=state) != 1:
        raise Conflict
    record(verb, by=by, on=row, organisation=row.organisation_id, detail={"number": row.number})
    row.refresh_from_db()
    return row


def _fill(row: Engagement, terms: dict[str, Any]) -> None:
    unknown = set(terms) - set(FIELDS)
    if unknown:
        raise Invalid("There is no such term", terms=", ".join(sorted(unknown)))
    for name, value in terms.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.allowed, row.forbidden = list(dict.fromkeys(row.allowed)), list(dict.fromkeys(row.forbidden))
    _demand_sense(row)


def _demand_sense(row: Engagement) -> None:
    named = {*row.allowed, *row.forbidden}
    if not row.title.strip():
        raise Invalid("Give it a title", field="title")
    if named - set(methods.METHODS):
        raise Invalid("There is no such method", field="allowed")
    if set(row.allowed) & set(row.forbidden):
        raise Invalid("A method is allowed or forbidden, not both", field="forbidden")
    if methods.SOCIAL in row.allowed and not row.social_engineering:
        raise Invalid("Deceiving people needs the permission for it, in words", field="allowed")
    if row.social_engineering and not row.social_words.strip():
        raise Invalid("Write the permission for deceiving people in words", field="social_words")
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise Invalid("The last day lies before the first", field="ends_on")
