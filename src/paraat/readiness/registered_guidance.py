"""What the library registers with the platform: menu, panels where recommendations matter, search, the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import MEMBERS, Viewer
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
from paraat.readiness.models import Recommendation


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import guidance_panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Recommendations in force, by title, summary and publisher."""
    if not viewer.has(*MEMBERS):
        return
    rows = Recommendation.objects.current().filter(
        Q(title__icontains=words) | Q(summary__icontains=words) | Q(publisher__icontains=words)
    )
    for row in rows[:limit]:
        yield next(iter(row.title.values()), row.key), reverse("recommendation", args=[row.key]), row.publisher


def _load() -> None:
    from paraat.readiness.actions.guidance import (
        load_guidance,  # actions need the models of every app, which are read later
    )

    load_guidance()


menu.add(MenuEntry(_("Guidance"), "guidance", MEMBERS, 408))
for _page in (
    "alert",
    "notice",
    "portal.notice",
    "notice.link",
    "lesson",
    "lesson.answer",
    "measure",
    "answer",
    "control",
):
    panels.add(Panel(_page, _panel("of_" + _page.replace(".", "_")), "guidance", 90))
searchables.add(Searchable("guidance", _find))
demonstration.add(Demonstration("guidance", _load, 45))
