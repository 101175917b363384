"""What assessments register with the platform: menu, the SPOC's panel, search."""

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
from paraat.readiness.actions.assessments_personal import erase_person, export_person
from paraat.readiness.models import Assessment


def _of_portal(viewer: Viewer, _subject: Any) -> str | None:
    from paraat.readiness.views import assessments_panels  # views need the addresses, which are read later

    return assessments_panels.of_portal(viewer)


def _of_organisation(viewer: Viewer, organisation: Any) -> str | None:
    from paraat.readiness.views import assessments_panels

    return assessments_panels.of_organisation(viewer, organisation)


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """By number and by whom they concern."""
    said = Q(number__icontains=words) | Q(organisation__name__icontains=words)
    rows = Assessment.objects.visible_to(viewer).filter(said).select_related("organisation")
    for one in rows[:limit]:
        title = f"{one.number} · {one.organisation.name} · {one.get_kind_display()}"
        yield title, reverse("assessment", args=[one.pk]), str(one.get_state_display())


def _demonstrate() -> None:
    from paraat.readiness.assessment_demonstration import load  # its actions need the models of every app

    load()


_ROLES = frozenset({*WATCHES, Role.SPOC, Role.PROVIDER, Role.ASSESSOR})
menu.add(MenuEntry(_("Assessments"), "assessments", _ROLES, 402))
panels.add(Panel("portal", _of_portal, "assessments", 120))
panels.add(Panel("organisation", _of_organisation, "assessments", 50))
searchables.add(Searchable("assessments", _find))
personal_data.add(PersonalData("assessments", export_person, lambda contact: erase_person(contact=contact)))
demonstration.add(Demonstration("assessments", _demonstrate, 78))
