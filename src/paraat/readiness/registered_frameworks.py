"""What frameworks register with the platform: menu, search, the check that what ships is loaded, and the demonstration."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import MEMBERS, Role, Viewer
from paraat.platform.jinja import in_language
from paraat.platform.registrations import (
    Check,
    Demonstration,
    Finding,
    Level,
    MenuEntry,
    Searchable,
    checks,
    demonstration,
    menu,
    searchables,
)
from paraat.readiness.frameworks import newest_editions, shipped
from paraat.readiness.models import Control, Edition

READS = MEMBERS | {Role.ASSESSOR}


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Controls of current editions by identifier or title."""
    if not viewer.has(*READS):
        return
    said = Q(identifier__icontains=words) | Q(title__icontains=words)
    rows = Control.objects.filter(said, edition__in=newest_editions().values("pk")).select_related("edition__framework")
    for one in rows.order_by("edition__framework__key", "position")[:limit]:
        title = f"{one.identifier} · {in_language(one.title)}"
        yield title, reverse("control", args=[one.pk]), in_language(one.edition.framework.title)


def _check() -> Iterator[Finding]:
    """Whether what ships is loaded."""
    for key in shipped.KEYS:
        version = shipped.version(key)
        there = Edition.objects.filter(framework__key=key, version=version).exists()
        if there:
            yield Finding("frameworks", Level.OK, f"{key} {version} is loaded")
        else:
            yield Finding("frameworks", Level.WARNING, f"{key} {version} is not loaded", "Run: paraat framework load")


def _demonstrate() -> None:
    from paraat.readiness.actions.frameworks import load_built_in  # actions need every app's models

    load_built_in()


menu.add(MenuEntry(_("Checklists and frameworks"), "frameworks", frozenset(READS), 409))
searchables.add(Searchable("frameworks", _find))
checks.add(Check("frameworks", _check))
demonstration.add(Demonstration("frameworks", _demonstrate, 72))
