"""What statements, situation reports, hand-overs and figures register with the platform: the menu, a room's page, and what the search finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import TEAM, WATCHES, Role, Viewer
from paraat.platform.registrations import MenuEntry, Panel, Searchable, menu, panels, searchables
from paraat.warroom.models import SituationReport, Statement

READS = frozenset({*WATCHES, Role.PARTNER, Role.OBSERVER, Role.SPOC, Role.PROVIDER})


def _statements(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Statements by what they are about, whom they quote and what they say."""
    matches = Q(subject__icontains=words) | Q(authority__icontains=words) | Q(text__icontains=words)
    found = Statement.objects.readable_by(viewer).filter(matches)
    for one in found.select_related("room")[:limit]:
        title = f"{one.room.number} · {one.subject}"
        yield title, reverse("statement", args=[one.room_id, one.pk]), str(one.get_state_display())


def _sitreps(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Situation reports by the number of their room and by their words; what one may not read is not looked through."""
    found = SituationReport.objects.readable_by(viewer).filter(
        Q(room__number__icontains=words) | Q(content__icontains=words)
    )
    for one in found.select_related("room")[:limit]:
        title = f"{one.room.number} · {one.sequence or '-'} · {one.get_version_display()}"
        yield title, reverse("sitrep", args=[one.room_id, one.pk]), str(one.get_state_display())


def room_statements(viewer: Viewer, room: Any) -> str:
    """What may be said, on a room's page; its module is read when the page is shown, since views need the addresses."""
    from paraat.warroom.views import panels as shown

    return shown.statements(viewer, room)


def room_sitreps(viewer: Viewer, room: Any) -> str:
    """The newest reports, on a room's page."""
    from paraat.warroom.views import panels as shown

    return shown.sitreps(viewer, room)


menu.add(MenuEntry(_("What may be said"), "say", READS, 230))
menu.add(MenuEntry(_("Situation reports"), "all_sitreps", READS, 235))
menu.add(MenuEntry(_("Hand-over"), "handovers", WATCHES, 240))
menu.add(MenuEntry(_("Figures"), "figures", TEAM, 420))
panels.add(Panel("room", room_statements, "statements", 40))
panels.add(Panel("room", room_sitreps, "sitreps", 50))
searchables.add(Searchable("statements", _statements))
searchables.add(Searchable("situation reports", _sitreps))
