"""Whose words these are, and who may approve them: a second person, who neither wrote them nor changed them."""

from __future__ import annotations

from typing import Any

from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import Role, Viewer
from paraat.platform.models import JournalEntry

_HOUSE = Viewer(roles=frozenset({Role.DUTY_OFFICER}))
"""Paraat itself, playing an exercise: it writes drafts as an officer would. It approves nothing."""


def account_of(by: Actor) -> User | None:
    """The account that acts; None for Paraat itself."""
    return User.objects.active().filter(pk=by.id).first() if by.kind == ActorKind.USER and by.id else None


def reader(by: Actor) -> Viewer:
    """What whoever writes may see; the words are drafted from that. Raises NotAllowed for whom no account answers, other than Paraat itself."""
    user = account_of(by)
    if user is not None:
        return viewer_of(user)
    if by.kind == ActorKind.SYSTEM:
        return _HOUSE
    raise NotAllowed()


def second_person(of: Any, *, by: Actor, verbs: tuple[str, ...]) -> User:
    """The one who approves `of`. Raises NotAllowed unless that is a person of the team who did not write it; `verbs` are those of writing."""
    user = account_of(by)
    if user is None or not viewer_of(user).is_team:
        raise NotAllowed("A person of the team approves this")
    wrote = JournalEntry.objects.filter(
        object_type=of._meta.model_name, object_id=str(of.pk), actor_id=user.pk, verb__in=verbs
    )
    if of.author_id == user.pk or wrote.exists():
        raise NotAllowed("Somebody else has to approve what you wrote")
    return user
