"""Engagements, findings and researchers' reports, for the test of who sees what.

Of engagements every second one is tested by the account that looks, and some are not authorised yet or over. Findings come in all of their circles:
drafts, told and not opened, opened to the team, opened to auditors. Of reports every second one was passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from paraat.accounts.models import User
from paraat.kernel.marking import Role, Tlp, Viewer, may_see
from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Disclosure, Engagement, Finding, Tester

LOOKS = UUID(int=99)
"""The account of the property's viewers."""
_number = count(1)


def engagement(place: int, **marking: Any) -> Engagement:
    """An engagement of a town."""
    number, now = next(_number), moment.now()
    made: Engagement = Engagement.objects.create(
        organisation_id=UUID(int=place),
        number=f"H2024-{number:04}",
        title="x",
        created_at=now,
        opened_at=now if number % 3 else None,
        closed_at=now if number % 5 == 0 else None,
        **marking,
    )
    if number % 2:
        user, _new = User.objects.get_or_create(pk=LOOKS, defaults={"email": "looks@team.example", "name": "x"})
        Tester.objects.create(engagement=made, user=user, since=now, until=now if number % 7 == 0 else None)
    return made


def finding(place: int, **marking: Any) -> Finding:
    """A finding of a town, in one of the circles."""
    number, now = next(_number), moment.now()
    opens, audit = now + timedelta(days=number % 2 * 2 - 1), now + timedelta(days=number % 4 - 1, hours=-1)
    about = engagement(place) if number % 3 else None
    return Finding.objects.create(
        organisation_id=UUID(int=place),
        number=f"F2024-{number:04}",
        origin="engagement",
        engagement=about,
        title="x",
        state=Finding.State.DRAFT if number % 5 == 0 else Finding.State.DISCLOSED,
        opens_at=opens,
        audit_at=audit,
        created_at=now,
        **marking,
    )


def disclosure(place: int, **marking: Any) -> Disclosure:
    """A report, of a town or not yet attributed."""
    number, now = next(_number), moment.now()
    return Disclosure.objects.create(
        organisation_id=UUID(int=place) if place else None,
        number=f"V2024-{number:04}",
        text="x",
        code=f"{number}",
        received_at=now,
        passed_at=now if place and number % 2 else None,
        **marking,
    )


def _tests(viewer: Viewer, row: Engagement | None) -> bool:
    """Whether the viewer tests it: named, in that role, from the authorisation until it is over."""
    if row is None or row.opened_at is None or row.closed_at is not None or not viewer.has(Role.TESTER):
        return False
    return any(one.user_id == viewer.user and one.until is None for one in row.testers.all())


def engagement_allowed(viewer: Viewer, row: Engagement) -> bool:
    """By the marking, or because one tests it."""
    return may_see(viewer, row.marking) or _tests(viewer, row)


def finding_allowed(viewer: Viewer, row: Finding) -> bool:
    """A draft by its testers; the owner what it was told; team and auditors from their moments on; nobody else, whatever its TLP."""
    if _tests(viewer, row.engagement):
        return True
    if row.state == Finding.State.DRAFT:
        return False
    now = moment.now()
    owner = row.organisation_id in viewer.own
    team = viewer.is_team and row.opens_at is not None and row.opens_at <= now
    house = (
        viewer.has(Role.AUDITOR) and row.audit_at is not None and row.audit_at <= now and row.tlp <= Tlp.AMBER_STRICT
    )
    return owner or team or house


def disclosure_concerns(row: Disclosure) -> Iterator[UUID | None]:
    """The owner, once it was passed on; before that the house."""
    yield row.organisation_id if row.passed_at else None


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {
    Engagement: engagement,
    Finding: finding,
    Disclosure: disclosure,
}
HAS_HOUSE = {Disclosure}
CONCERNED = {Disclosure: disclosure_concerns}
ALLOWED = {Engagement: engagement_allowed, Finding: finding_allowed}
