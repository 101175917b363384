"""What programmes subscribe to and register with the platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import Happened, subscribe
from paraat.platform.registrations import (
    Demonstration,
    MenuEntry,
    Panel,
    Searchable,
    demonstration,
    menu,
    panels,
    searchables,
)
from paraat.readiness import configuration  # noqa: F401  # it declares the settings
from paraat.readiness.models import Programme
from paraat.readiness.programmes import title


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import programmes_panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Programmes by key and title."""
    if not viewer.has(*WATCHES):
        return
    for one in Programme.objects.filter(Q(key__icontains=words) | Q(title__icontains=words))[:limit]:
        yield title(one), reverse("programme", args=[one.key]), str(_("Programme"))


def _demonstrate() -> None:
    from paraat.readiness.programme_demonstration import load  # its actions need the models of every app

    load()


@subscribe(Happened)
def on_happened(fact: Happened) -> None:
    """The announcement of a call-up was sent."""
    if fact.event == "alert.sent":
        from paraat.readiness.actions.programmes_callups import note_call_sent  # it needs every app

        note_call_sent(alert=fact.alert, at=fact.at)


menu.add(MenuEntry(_("Programmes"), "programmes", frozenset(WATCHES), 404))
menu.add(MenuEntry(_("Programmes for us"), "programmes_ours", frozenset({Role.SPOC}), 404))
panels.add(Panel("organisation", _panel("of_organisation"), "programmes", 60))
panels.add(Panel("portal", _panel("of_portal"), "programmes", 130))
searchables.add(Searchable("programmes", _find))
demonstration.add(Demonstration("programmes", _demonstrate, 88))
