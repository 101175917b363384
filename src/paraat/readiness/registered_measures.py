"""What measures register with the platform: menu, panels on other pages, search, and what is on file of a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
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
from paraat.readiness.actions.measures_personal import erase_person, export_person
from paraat.readiness.models import Measure


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import measure_panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Measures by number, title and whose they are."""
    said = Q(number__icontains=words) | Q(title__icontains=words) | Q(organisation__name__icontains=words)
    rows = Measure.objects.visible_to(viewer).filter(said)
    for one in rows.select_related("organisation")[:limit]:
        yield (
            f"{one.number} · {one.organisation.name}: {one.title}",
            reverse("measure", args=[one.pk]),
            str(one.get_state_display()),
        )


def _demonstrate() -> None:
    from paraat.readiness.measure_demonstration import (
        load,
    )  # its actions need the models of every app, which are read later

    load()


menu.add(MenuEntry(_("Measures"), "measures", frozenset({*WATCHES, Role.ASSESSOR}), 403))
menu.add(MenuEntry(_("Our measures"), "measures", frozenset({Role.SPOC}), 403))
menu.add(MenuEntry(_("Asked of suppliers"), "supplier_measures", frozenset({*WATCHES, Role.PROVIDER}), 403))
panels.add(Panel("answer", _panel("of_answer"), "measures", 30))
panels.add(Panel("lesson", _panel("of_lesson"), "measures", 30))
panels.add(Panel("assessment", _panel("of_assessment"), "measures", 30))
panels.add(Panel("organisation", _panel("of_organisation"), "measures", 62))
panels.add(Panel("portal", _panel("of_portal"), "measures", 107))
searchables.add(Searchable("measures", _find))
personal_data.add(PersonalData("measures", export_person, lambda contact: erase_person(contact=contact)))
demonstration.add(Demonstration("measures", _demonstrate, 90))
