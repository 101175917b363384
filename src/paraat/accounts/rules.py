"""Decisions about accounts: what memberships make of somebody, and who must have a second factor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from paraat.kernel.marking import TEAM, Role, Viewer

OF_AN_ORGANISATION = frozenset({Role.SPOC, Role.PROVIDER, Role.PARTNER})
"""The roles that somebody holds for one organisation; the others are held in the house."""

SECOND_FACTOR = TEAM | {Role.ADMINISTRATOR, Role.AUDITOR}
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
