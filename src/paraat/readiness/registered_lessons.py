"""What lessons subscribe to and register with the platform: menu, panels on other pages, search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import ROOM, Role, Viewer
from paraat.platform.facts import Recorded, subscribe
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
from paraat.readiness.models import Lesson

ACKNOWLEDGED = "notice.acknowledged"


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """A person acknowledged a message: it may be the one that carried a lesson."""
    if fact.verb == ACKNOWLEDGED and fact.object_type == "notice":
        from paraat.readiness.actions.lessons import (
            note_acknowledged,  # actions need the models of every app, which are read later
        )

        note_acknowledged(notice=UUID(fact.object_id), by=fact.by)


def _export(contact: UUID) -> dict[str, Any]:
    from paraat.readiness.actions.lessons.personal import export_person  # as above

    return export_person(contact)


def _erase(contact: UUID) -> int:
    from paraat.readiness.actions.lessons.personal import erase_person  # as above

    return erase_person(contact=contact)


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import lesson_panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Lessons by number and title."""
    rows = Lesson.objects.visible_to(viewer).filter(Q(number__icontains=words) | Q(title__icontains=words))
    for lesson in rows[:limit]:
        title = next(iter(lesson.title.values()), "")
        yield f"{lesson.number} · {title}", reverse("lesson", args=[lesson.pk]), str(lesson.get_state_display())


def _demonstrate() -> None:
    from paraat.readiness.lesson_demonstration import load  # as above

    load()


menu.add(MenuEntry(_("Lessons"), "lessons", frozenset(ROOM), 401))
menu.add(MenuEntry(_("Lessons for us"), "lessons_ours", frozenset({Role.SPOC}), 401))
menu.add(MenuEntry(_("Lessons for our customers"), "lessons_customers", frozenset({Role.PROVIDER}), 401))
panels.add(Panel("case", _panel("of_case"), "lessons", 88))
panels.add(Panel("exercise", _panel("of_exercise"), "lessons", 50))
panels.add(Panel("portal", _panel("of_portal"), "lessons", 105))
panels.add(Panel("portal.notice", _panel("of_notice"), "lessons", 40))
panels.add(Panel("notice.link", _panel("of_link"), "lessons", 40))
panels.add(Panel("organisation", _panel("of_organisation"), "lessons", 60))
searchables.add(Searchable("lessons", _find))
personal_data.add(PersonalData("lessons", _export, _erase))
demonstration.add(Demonstration("lessons", _demonstrate, 92))
