"""What continuity subscribes to and registers with the platform: drills that ended, panels, menu, search, the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models import Drill
from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import Recorded, subscribe
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
from paraat.readiness.actions.continuity_tests import record_drill
from paraat.readiness.models import CriticalService

ENDED = frozenset({"drill.passed", "drill.failed"})


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """A drill of the emergency cloud ended: it is a test of the services that it carries."""
    if fact.verb in ENDED:
        record_drill(drill=Drill.objects.get(pk=fact.object_id))


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import continuity_own  # views need the addresses, which are read later

        html: str | None = getattr(continuity_own, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Critical services by name and whom they are of."""
    said = Q(name__icontains=words) | Q(organisation__name__icontains=words)
    rows = CriticalService.objects.visible_to(viewer).filter(said, retired_at=None)
    for one in rows.select_related("organisation")[:limit]:
        address = f"{reverse('continuity_of', args=[one.organisation_id])}#service-{one.pk}"
        yield f"{one.name} · {one.organisation.name}", address, str(_("Critical service"))


def _demonstrate() -> None:
    from paraat.readiness.continuity_demonstration import load

    load()


menu.add(MenuEntry(_("Continuity"), "continuity", frozenset(WATCHES), 406))
menu.add(MenuEntry(_("Our continuity"), "continuity_mine", frozenset({Role.SPOC}), 406))
menu.add(MenuEntry(_("Who cannot do without us"), "continuity_customers", frozenset({Role.PROVIDER}), 406))
panels.add(Panel("organisation", _panel("panel"), "continuity", 55))
panels.add(Panel("portal", _panel("portal"), "continuity", 120))
searchables.add(Searchable("critical services", _find))
demonstration.add(Demonstration("continuity", _demonstrate, 80))
