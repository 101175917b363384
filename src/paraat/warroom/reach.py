"""How far a viewer's sight reaches in one room: what he is there, up to which TLP, and which of the joined things he may see at all.

Being in a room is not seeing a case: which cases, alerts and organisations somebody sees is decided by their own rules, never by the room's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.db.models import QuerySet

from paraat.alerts.models import Alert, Notice
from paraat.incidents.models import Case, CaseHelper
from paraat.kernel.marking import Tlp, Viewer, ceiling
from paraat.registry.models import Organisation
from paraat.warroom.models import Participant, Room
from paraat.warroom.rules import rights
from paraat.warroom.rules.rights import Standing

SECONDS = 3
"""How long a process remembers what of the joined things a class of viewers may see: a consent that ends is felt after that."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody is in a room, and what he sees there."""

    standing: Standing
    top: Tlp
    cases: frozenset[UUID]
    alerts: frozenset[UUID]
    organisations: frozenset[UUID]
    shared: str  # viewers with the same see the same joined things, and the same of them

    def may(self, deed: str) -> bool:
        """Whether he may do this (a key of `rights.NEEDS`)."""
        return rights.may(self.standing, deed)

    @property
    def key(self) -> str:
        """The rights class: who has the same sees the same room."""
        return f"{int(self.standing)}:{int(self.top)}:{self.shared}"


def reach(viewer: Viewer, room: Room) -> Reach:
    """How far this viewer sees in a room that `visible_to` gave him."""
    return reach_of(viewer, room, _parts(viewer, room))


def reach_of(viewer: Viewer, room: Room, taking: list[tuple[str, int]]) -> Reach:
    """The same, when the parts and ceilings of the organisations that he acts for were read already. Of the room the key is enough."""
    by_role = rights.top(viewer)
    levels = [level for _part, level in taking] + ([int(by_role)] if by_role is not None else [])
    standing = rights.standing(viewer, [part for part, _level in taking])
    return Reach(standing, Tlp(max(levels, default=Tlp.CLEAR)), *_joined(viewer, room))


def _parts(viewer: Viewer, room: Room) -> list[tuple[str, int]]:
    if viewer.is_team or not viewer.own:
        return []
    mine = Participant.objects.filter(room=room, organisation__in=viewer.own, left_at=None)
    return list(mine.values_list("part", "ceiling"))


def _joined(viewer: Viewer, room: Room) -> tuple[frozenset[UUID], frozenset[UUID], frozenset[UUID], str]:
    """The cases, alerts and organisations of the room that the viewer sees. Of whom he acts for, only those that these concern make a difference, so
    that the people of forty towns are one class."""
    concerned = _remembered(f"concerned:{room.pk}", lambda: _concerned(room))
    own, clients = viewer.own & concerned, viewer.clients & concerned
    who = f"{ceiling(viewer)}|{','.join(sorted(map(str, own)))}|{','.join(sorted(map(str, clients)))}"
    shared = hashlib.blake2b(who.encode(), digest_size=8).hexdigest()
    found = _remembered(f"joined:{room.pk}:{shared}", lambda: _seen(viewer, room))
    return (*found, shared)


def _seen(viewer: Viewer, room: Room) -> tuple[frozenset[UUID], frozenset[UUID], frozenset[UUID]]:
    cases = Case.objects.visible_to(viewer).filter(pk__in=room.cases.order_by().values("pk"))
    alerts = Alert.objects.visible_to(viewer).filter(pk__in=room.alerts.order_by().values("pk"))
    towns = Organisation.objects.visible_to(viewer).filter(pk__in=room.organisations.order_by().values("pk"))
    return _keys(cases), _keys(alerts), _keys(towns)


def _keys(rows: QuerySet[Any]) -> frozenset[UUID]:
    return frozenset(rows.order_by().values_list("pk", flat=True))


def _concerned(room: Room) -> frozenset[UUID]:
    """Whom the joined cases and alerts concern, and who is watched."""
    cases, alerts = room.cases.order_by().values("pk"), room.alerts.order_by().values("pk")
    victims = Case.objects.filter(pk__in=cases).order_by().values_list("organisation", flat=True)
    helpers = CaseHelper.objects.in_force().filter(case__in=cases).values_list("organisation", flat=True)
    told = Notice.objects.filter(alert__in=alerts).order_by().values_list("organisation", flat=True)
    watched = room.organisations.order_by().values_list("pk", flat=True)
    return frozenset(victims.union(helpers, told, watched))


def _remembered(key: str, ask: Any) -> Any:
    found = caches["local"].get(f"room:{key}")
    if found is None:
        found = ask()
        caches["local"].set(f"room:{key}", found, SECONDS)
    return found
