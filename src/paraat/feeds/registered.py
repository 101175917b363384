"""What feeds registers with the platform: its menu, its checks, what a demonstration starts with, and its part of the search."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.feeds import checks, demonstration
from paraat.feeds.models import Run
from paraat.kernel.marking import TEAM, Role, Viewer
from paraat.platform.registrations import Check, Demonstration, MenuEntry, Searchable, menu, searchables
from paraat.platform.registrations import checks as all_checks
from paraat.platform.registrations import demonstration as all_demonstrations

READERS = TEAM | {Role.AUDITOR}


def find_runs(query: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Runs whose file's name contains the query, newest first, for those who work with lists."""
    if viewer.has(*READERS):
        for run in Run.objects.visible_to(viewer).filter(file_name__icontains=query)[:limit]:
            yield run.file_name, reverse("run", args=[run.pk]), str(_("List"))


menu.add(MenuEntry(_("Lists"), "feeds", READERS, 25))
menu.add(MenuEntry(_("Quarantine"), "quarantine", READERS, 112))
all_checks.add(Check(checks.NAME, checks.check))
all_demonstrations.add(Demonstration("feeds", demonstration.load, 40))
searchables.add(Searchable("runs", find_runs))
