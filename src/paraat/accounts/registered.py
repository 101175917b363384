"""What accounts registers with the platform: its menu, its checks, what waits for a person, and the personal data of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from paraat.accounts import actions, rules
from paraat.accounts.actions.people import ERASED
from paraat.accounts.models import Membership, Shift, User
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import TEAM, Role
from paraat.platform import configuration, moment
from paraat.platform.facts import Settled, Waits, subscribe
from paraat.platform.registrations import Check, Finding, Level, MenuEntry, PersonalData, checks, menu, personal_data

menu.add(MenuEntry(_("Tasks"), "tasks", TEAM | {Role.AUDITOR}, 60))
menu.add(MenuEntry(_("Roster"), "roster", TEAM | {Role.ADMINISTRATOR, Role.AUDITOR}, 910))
menu.add(MenuEntry(_("People"), "people", frozenset({Role.ADMINISTRATOR}), 920))

LOOKED_AHEAD = timedelta(days=7)


@subscribe(Waits)
def on_waits(fact: Waits) -> None:
    """Put it on the list of tasks; who is on call is paged."""
    actions.wait_for_person(what=fact)


@subscribe(Settled)
def on_settled(fact: Settled) -> None:
    """It no longer waits."""
    actions.settle(key=fact.key)


def check_roster() -> Iterator[Finding]:
    """Whether somebody is first on call now and for the coming week."""
    now = moment.now()
    rows = Shift.objects.filter(ends_at__gt=now, starts_at__lt=now + LOOKED_AHEAD, user__is_active=True)
    shifts = [rules.OnCall(one.user_id, one.position, one.starts_at, one.ends_at) for one in rows]
    holes = rules.gaps(shifts, rules.FIRST, now, now + LOOKED_AHEAD)
    if not holes:
        yield Finding("roster", Level.OK, "Somebody is first on call for the coming seven days.")
    elif holes[0][0] == now:
        yield Finding(
            "roster", Level.ERROR, "Nobody is first on call now: the whole team is paged.", "Add a shift on /roster/."
        )
    else:
        text = f"Nobody is first on call from {holes[0][0]:%Y-%m-%d %H:%M} UTC."
        yield Finding("roster", Level.WARNING, text, "Add a shift on /roster/.")


def check_second_factor() -> Iterator[Finding]:
    """Whether everybody who must have a second factor has one."""
    held = Membership.objects.in_force().filter(role__in=rules.SECOND_FACTOR)
    people = User.objects.active().with_rights().filter(pk__in=held.values("user"))
    lacking = [str(user.pk) for user in people if not user.has_second_factor]  # type: ignore[attr-defined]  # annotated
    if not configuration.SECOND_FACTOR.get() and configuration.is_production():
        text = "PARAAT_SECOND_FACTOR is no: the identity provider must ask for one."
        yield Finding("second factor", Level.WARNING, text, "Set it to yes unless every officer signs in there.")
    elif lacking:
        text = f"{len(lacking)} accounts of the team have no second factor yet."
        yield Finding("second factor", Level.WARNING, text, "They set one up when they next sign in.")
    else:
        yield Finding("second factor", Level.OK, "Every account of the team has a second factor.")


def check_administrator() -> Iterator[Finding]:
    """Whether somebody can add people."""
    held = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if held.exists():
        yield Finding("administrator", Level.OK, "There is an administrator.")
    else:
        remedy = "paraat account add ADDRESS --name NAME --role administrator"
        yield Finding("administrator", Level.WARNING, "Nobody is administrator.", remedy)


checks.add(Check("roster", check_roster))
checks.add(Check("second factor", check_second_factor))
checks.add(Check("administrator", check_administrator))


def export_person(contact: UUID) -> dict[str, Any]:
    """What accounts hold on a contact on file (GDPR article 15)."""
    fields = ("id", "email", "name", "phone", "language", "timezone", "created_at", "last_login")
    return {"accounts": list(User.objects.filter(memberships__contact=contact).distinct().values(*fields))}


def erase_person(contact: UUID) -> int:
    """Forget the accounts of a contact on file (article 17); returns how many. An account that still holds something as somebody else stays."""
    elsewhere = Membership.objects.in_force().exclude(contact=contact).values("user")
    people = list(
        User.objects.filter(memberships__contact=contact)
        .exclude(pk__in=elsewhere)
        .exclude(email__endswith=ERASED)
        .distinct()
    )
    for user in people:
        actions.erase_account(user=user, by=SYSTEM)
    return len(people)


personal_data.add(PersonalData("accounts", export_person, erase_person))
