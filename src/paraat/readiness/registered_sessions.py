"""What sessions subscribe to and register with the platform: an invitation that was sent, menu, panels, search, personal data, the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.jinja import in_language
from paraat.platform.registrations import (
    Demonstration,
    MenuEntry,
    Panel,
    PersonalData,
    Searchable,
    demonstration,
    menu,
    panels,
    personal_data,
    searchables,
)
from paraat.readiness import configuration  # noqa: F401  # it declares the settings
from paraat.readiness.actions.session_personal import erase_person, export_person
from paraat.readiness.actions.sessions import note_invited
from paraat.readiness.models import Session


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """An announcement was sent: when it is the invitation to a session, those who got it are invited."""
    if fact.verb != "alert.sent":
        return
    for session in Session.objects.filter(alert=UUID(fact.object_id)).select_related("alert"):
        note_invited(session=session, by=fact.by)


def _portal(viewer: Viewer, subject: Any) -> str | None:
    from paraat.readiness.views import session_ours  # views need the addresses, which are read later

    return session_ours.portal(viewer, subject)


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Sessions by number and title."""
    if not viewer.has(*WATCHES, Role.SPOC):
        return
    rows = Session.objects.visible_to(viewer).filter(Q(number__icontains=words) | Q(title__icontains=words))
    for one in rows[:limit]:
        yield (
            f"{one.number} · {in_language(one.title)}",
            reverse("session", args=[one.pk]),
            str(one.get_state_display()),
        )


def _erase(contact: UUID) -> int:
    return erase_person(contact=contact)


def _demonstrate() -> None:
    from paraat.readiness.session_demonstration import load

    load()


menu.add(MenuEntry(_("Sessions"), "sessions", frozenset(WATCHES), 407))
menu.add(MenuEntry(_("Sessions for us"), "sessions_ours", frozenset({Role.SPOC}), 407))
panels.add(Panel("portal", _portal, "sessions", 125))
searchables.add(Searchable("sessions", _find))
personal_data.add(PersonalData("sessions", export_person, _erase))
demonstration.add(Demonstration("sessions", _demonstrate, 85))
