"""What the screens of the emergency cloud register with the platform: menu, panels on other pages, search, the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models import Tenant
from paraat.kernel.marking import WATCHES, Role, Viewer
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


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.cloud.views import panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Tenants by number, name, domain and whom they are for."""
    said = Q(number__icontains=words) | Q(name__icontains=words) | Q(domain__icontains=words)
    rows = Tenant.objects.visible_to(viewer).filter(said | Q(organisation__name__icontains=words))
    for tenant in rows.select_related("organisation")[:limit]:
        title = f"{tenant.number} · {tenant.organisation.name}"
        yield title, reverse("tenant", args=[tenant.pk]), str(tenant.get_state_display())


def _demonstrate() -> None:
    from paraat.cloud.demonstration import load

    load()


menu.add(MenuEntry(_("Emergency cloud"), "cloud", frozenset(WATCHES), 300))
menu.add(MenuEntry(_("Preparation"), "preparations", frozenset(WATCHES), 305))
menu.add(MenuEntry(_("Our emergency cloud"), "cloud_mine", frozenset({Role.SPOC}), 300))
panels.add(Panel("organisation", _panel("of_organisation"), "emergency-cloud", 45))
panels.add(Panel("case", _panel("of_case"), "emergency-cloud", 16))
panels.add(Panel("portal", _panel("of_portal"), "emergency-cloud", 110))
searchables.add(Searchable("tenants", _find))
demonstration.add(Demonstration("emergency cloud", _demonstrate, 70))
