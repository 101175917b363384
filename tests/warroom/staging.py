"""Rooms for tests: opened by the duty officer, with participants of the cast."""

from __future__ import annotations

from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import Membership, User
from paraat.kernel.actor import Actor
from paraat.kernel.marking import Role, Tlp
from paraat.registry.models import Organisation
from paraat.warroom.actions.participants import join_room
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.models import Room
from tests import cast


def by() -> Actor:
    """The duty officer, acting."""
    return actor_of(cast.duty_officer())


def room(title: str = "Ransomware in the region", **more: Any) -> Room:
    """A room of the team."""
    return open_room(title=title, by=by(), **more)


def election(**more: Any) -> Room:
    """The crisis unit of an election, as an exercise."""
    return room("Local elections", kind="election", exercise=True, **more)


def taking_part(room: Room, part: str, ceiling: Tlp = Tlp.AMBER, *, name: str = "") -> User:
    """The account of somebody of a partner that takes part so."""
    title = name or f"{part} {ceiling.name}"
    organisation = Organisation.objects.create(kind="partner", name=title, languages=["nl"], constituent=False)
    join_room(room=room, organisation=organisation, part=part, ceiling=ceiling, by=by())
    return cast.account(f"{title.lower().replace(' ', '.')}", title, Role.PARTNER, organisation)


def organisation_of(user: User) -> Organisation:
    """The organisation that an account acts for."""
    held = Membership.objects.select_related("organisation").get(user=user)
    assert held.organisation is not None
    return held.organisation
