"""Decisions about accounts: what memberships make of somebody, who must have a second factor, who is on call and who is paged next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from paraat.kernel.marking import TEAM, Role, Viewer

OF_AN_ORGANISATION = frozenset({Role.SPOC, Role.PROVIDER, Role.PARTNER})
"""The roles that somebody holds for one organisation; the others are held in the house."""

SECOND_FACTOR = TEAM | {Role.ADMINISTRATOR, Role.AUDITOR, Role.ASSESSOR, Role.TESTER}
"""Whoever sees everybody's weaknesses, or gives out the right to, signs in with a second factor."""


def viewer(user: UUID, held: Iterable[Mapping[str, str | None]], clients: Iterable[UUID]) -> Viewer:
    """The viewer that memberships in force make (`{"role": ..., "organisation": id or None}`).

    `clients` are the customers that agreed that this user's organisation, a provider, reads along.
    """
    pairs = [(Role(str(one["role"])), one["organisation"]) for one in held]
    own = frozenset(
        UUID(str(organisation)) for role, organisation in pairs if organisation and role in OF_AN_ORGANISATION
    )
    return Viewer(user, frozenset(role for role, _ in pairs), own, frozenset(clients))


def must_have_second_factor(roles: Iterable[Role]) -> bool:
    """Whether somebody with these roles may go on only with a second factor (TOTP or a passkey)."""
    return not SECOND_FACTOR.isdisjoint(roles)


# The roster -----------------------------------------------------------------------------------------------------------------------
FIRST, SECOND, COORDINATOR = "first", "second", "coordinator"
POSITIONS = (FIRST, SECOND, COORDINATOR)
"""In the order in which they are paged."""

ON_CALL_ROLES = TEAM
LONGEST_SHIFT = timedelta(days=14)
PAGE_AFTER = timedelta(minutes=10)
"""How long each of them has to take what waits, before the next is paged."""
PAGE_AGAIN_AFTER = timedelta(minutes=30)
"""How often all of them are paged again when nobody has taken it."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """One shift: who, in which position, from when until when (aware)."""

    user: UUID
    position: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PageStep:
    """Whom to page now (nobody in particular: the whole team), the stage this is, and how long until the next."""

    users: frozenset[UUID]
    stage: int
    next_after: timedelta


def on_call(shifts: Iterable[OnCall], now: datetime) -> dict[str, frozenset[UUID]]:
    """Who holds each position at the moment `now`; a shift includes its start and not its end."""
    running = [shift for shift in shifts if shift.starts_at <= now < shift.ends_at]
    return {
        position: frozenset(shift.user for shift in running if shift.position == position) for position in POSITIONS
    }


def page_step(stage: int, holders: Mapping[str, frozenset[UUID]]) -> PageStep:
    """What comes after `stage` pages. A position that nobody holds costs no time; after the last, all of them again and again."""
    for place in range(stage, len(POSITIONS)):
        users = holders[POSITIONS[place]]
        if users:
            return PageStep(users, place + 1, PAGE_AFTER)
    return PageStep(frozenset().union(*holders.values()), len(POSITIONS), PAGE_AGAIN_AFTER)


def gaps(shifts: Iterable[OnCall], position: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The pieces of `start` to `end` in which nobody holds `position`, in order."""
    found, covered = [], start
    for shift in sorted((one for one in shifts if one.position == position), key=lambda one: one.starts_at):
        if shift.starts_at >= end:
            break
        if shift.starts_at > covered:
            found.append((covered, shift.starts_at))
        covered = max(covered, shift.ends_at)
    return [*found, (covered, end)] if covered < end else found
