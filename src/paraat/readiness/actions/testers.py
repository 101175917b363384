"""Testers: accounts that see one engagement, while it lasts, and nothing else of anybody."""

from __future__ import annotations

from paraat.accounts import actions as accounts
from paraat.accounts.models import Membership, User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.engagement_news import tell_invited
from paraat.readiness.actions.engagements import locked
from paraat.readiness.models import Engagement, Tester

State = Engagement.State


@action
def invite_tester(*, engagement: Engagement, email: str, name: str, by: Actor, language: str = "nl") -> Tester:
    """Let somebody test this engagement; who has no account gets one, with a link to choose a password. He is told.

    Raises Invalid for an account that may do anything else in the house, Conflict when he tests it already or it is closed.
    """
    row = locked(engagement, State.DRAFT, State.AUTHORISED, State.GOING, State.STOPPED, State.REPORTING)
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known is not None:
        roles = set(Membership.objects.in_force().filter(user=known).values_list("role", flat=True))
        if roles - {Role.TESTER}:
            raise Invalid(
                "This account does other things in the house; testers have an account of their own", field="email"
            )
        if not known.is_active:
            raise Invalid("This account is closed", field="email")
    user = known or accounts.add_person(email=email, name=name, by=by, language=language)
    accounts.give_role(user=user, role=Role.TESTER, by=by)
    now = moment.now()
    made, new = Tester.objects.get_or_create(engagement=row, user=user, defaults={"since": now})
    if not new and Tester.objects.filter(pk=made.pk, until__isnull=False).update(until=None, since=now) != 1:
        raise Conflict("This tester works on it already", field="email")
    record("tester.invited", by=by, on=row, organisation=row.organisation_id, detail={"user": user.pk})
    tell_invited(row, user, new_account=known is None)
    made.refresh_from_db()
    return made


@action
def send_away(*, tester: Tester, by: Actor) -> None:
    """He tests it no longer, and sees nothing of it any more. Raises Conflict when that was so already."""
    if Tester.objects.filter(pk=tester.pk, until=None).update(until=moment.now()) != 1:
        raise Conflict
    row = tester.engagement
    record("tester.sent_away", by=by, on=row, organisation=row.organisation_id, detail={"user": tester.user_id})
    _end_role(tester, by)


@action
def send_all_away(*, engagement: Engagement, by: Actor) -> int:
    """The engagement is over: nobody tests it any more. Returns how many did."""
    rows = list(engagement.testers.filter(until=None).select_related("user", "engagement"))
    for tester in rows:
        send_away(tester=tester, by=by)
    record("tester.sent_away", by=by, on=engagement, organisation=engagement.organisation_id, detail={"all": len(rows)})
    return len(rows)


def _end_role(tester: Tester, by: Actor) -> None:
    """The role ends with the last engagement."""
    if Tester.objects.filter(user=tester.user_id, until=None, engagement__closed_at=None).exists():
        return
    for held in Membership.objects.in_force().filter(user=tester.user_id, role=Role.TESTER):
        accounts.end_role(membership=held, by=by)
