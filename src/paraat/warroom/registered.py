"""What war rooms subscribe to and register with the platform."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.registrations import MenuEntry, Searchable, menu, searchables
from paraat.warroom import registered_words  # noqa: F401  # it registers
from paraat.warroom.actions.changes import touch_joined
from paraat.warroom.models import Room, Signal

IN_ROOMS = frozenset({*WATCHES, Role.PARTNER, Role.OBSERVER, Role.SPOC, Role.PROVIDER})

CASE_LOOKS_DIFFERENT = frozenset({"case.changed", "case.moved", "case.merged"})


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """A case is in another state: the rooms that it is joined to show it."""
    if fact.verb in CASE_LOOKS_DIFFERENT and fact.object_type == "case":
        touch_joined(case=UUID(fact.object_id))


def _rooms(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Rooms by number, title and purpose."""
    found = Room.objects.visible_to(viewer).filter(
        Q(number__icontains=words) | Q(title__icontains=words) | Q(purpose__icontains=words)
    )
    for room in found[:limit]:
        yield f"{room.number} · {room.title}", reverse("room", args=[room.pk]), str(room.get_state_display())


def _signals(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Signals by what they say, within the ceiling of who asks."""
    found = Signal.objects.visible_to(viewer).filter(Q(text__icontains=words) | Q(claim__icontains=words))
    for signal in found.select_related("room")[:limit]:
        title = f"{signal.room.number} · {(signal.claim or signal.text)[:100]}"
        yield title, reverse("room_signal", args=[signal.room_id, signal.pk]), str(signal.get_state_display())


menu.add(MenuEntry(_("War rooms"), "rooms", IN_ROOMS, 15))
searchables.add(Searchable("rooms", _rooms))
searchables.add(Searchable("signals", _signals))
