"""The on-call roster."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from paraat.accounts import rules
from paraat.accounts.models import Membership, Shift, User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.actions import action, record


@action
def add_shift(*, user: User, position: str, starts_at: datetime, ends_at: datetime, by: Actor) -> Shift:
    """Put somebody on call (aware moments). Raises Invalid when he is not of the team, the times are wrong, or he has that shift already."""
    _check(user, position, starts_at, ends_at)
    shift = Shift.objects.create(user=user, position=position, starts_at=starts_at, ends_at=ends_at)
    record("shift.add", by=by, on=shift, detail=_detail(shift))
    return shift


@action
def change_shift(*, shift: Shift, user: User, position: str, starts_at: datetime, ends_at: datetime, by: Actor) -> None:
    """Change a shift that is still as it was shown. Raises Invalid as `add_shift`, Conflict when somebody changed it meanwhile."""
    _check(user, position, starts_at, ends_at, besides=shift.pk)
    before = _detail(shift)
    same = Shift.objects.filter(pk=shift.pk, user=shift.user_id, starts_at=shift.starts_at, ends_at=shift.ends_at)
    if same.update(user=user, position=position, starts_at=starts_at, ends_at=ends_at) != 1:
        raise Conflict()
    shift.refresh_from_db()
    record("shift.change", by=by, on=shift, detail={"before": before, "after": _detail(shift)})


@action
def remove_shift(*, shift: Shift, by: Actor) -> None:
    """Take a shift off the roster. Raises Conflict when it is gone already."""
    detail, key = _detail(shift), shift.pk
    if Shift.objects.filter(pk=key).delete()[0] != 1:
        raise Conflict()
    shift.pk = key  # for whoever shows what was removed
    record("shift.remove", by=by, on=shift, detail=detail)


@action
def swap_shifts(*, one: Shift, other: Shift, by: Actor) -> None:
    """Two people take each other's shift. Raises Conflict when one of them is no longer whose it was."""
    mine, theirs = one.user_id, other.user_id
    if mine == theirs:
        raise Invalid("These shifts are of the same person")
    for shift, before, after in ((one, mine, theirs), (other, theirs, mine)):
        if Shift.objects.filter(pk=shift.pk, user=before).update(user=after) != 1:
            raise Conflict()
    record("shift.swap", by=by, on=one, detail={"with": other.pk, "users": [mine, theirs]})


def _check(user: User, position: str, starts_at: datetime, ends_at: datetime, besides: UUID | None = None) -> None:
    if position not in Shift.Position.values:
        raise Invalid("There is no such position on the roster", position=position)
    if not starts_at < ends_at:
        raise Invalid("A shift ends after it starts")
    if ends_at - starts_at > rules.LONGEST_SHIFT:
        raise Invalid("A shift lasts two weeks at most")
    team = Membership.objects.in_force().filter(user=user, user__is_active=True, role__in=rules.ON_CALL_ROLES)
    if not team.exists():
        raise Invalid("Only duty officers and coordinators are on call")
    double = Shift.objects.filter(user=user, position=position, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if (double.exclude(pk=besides) if besides else double).exists():
        raise Invalid("This person has that shift already")


def _detail(shift: Shift) -> dict[str, Any]:
    return {"user": shift.user_id, "position": shift.position, "from": shift.starts_at, "until": shift.ends_at}
