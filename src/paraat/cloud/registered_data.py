"""What backups and drills register with the platform: panels on a tenant's page, the menu, search, and what the check page says of restic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.cloud import repositories
from paraat.cloud.models import Drill, Repository
from paraat.kernel.marking import WATCHES, Viewer
from paraat.platform.registrations import (
    Check,
    Finding,
    Level,
    MenuEntry,
    Panel,
    Searchable,
    checks,
    menu,
    panels,
    searchables,
)


def _panel(module: str, name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.cloud.views import data, drills  # views need the addresses, which are read later

        html: str | None = getattr({"data": data, "drills": drills}[module], name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Drills by number and whom they are for."""
    rows = Drill.objects.visible_to(viewer).filter(Q(number__icontains=words) | Q(organisation__name__icontains=words))
    for one in rows.select_related("organisation")[:limit]:
        yield f"{one.number} · {one.organisation.name}", reverse("drill", args=[one.pk]), str(one.get_state_display())


def _check() -> Iterator[Finding]:
    """Whether backups can be made, and whether every repository was sound when it was read last."""
    for text in repositories.lacks():
        yield Finding("cloud backups", Level.WARNING, text, "apt-get install restic")
    wrong = Repository.objects.exclude(error="").select_related("tenant")
    for row in wrong[:20]:
        yield Finding(
            "cloud backups",
            Level.ERROR,
            f"{row.tenant.number}: {row.error}",
            f"paraat cloud backup {row.tenant.number} --check",
        )


panels.add(Panel("tenant", _panel("data", "backups_panel"), "backups", 40))
panels.add(Panel("tenant", _panel("data", "restores_panel"), "restores", 45))
panels.add(Panel("tenant", _panel("drills", "tenant_panel"), "drill", 50))
menu.add(MenuEntry(_("Drills"), "drills", frozenset(WATCHES), 310))
searchables.add(Searchable("drills", _find))
checks.add(Check("cloud backups", _check))
