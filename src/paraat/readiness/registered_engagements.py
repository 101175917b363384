"""What ethical hacking, findings and researchers' reports register: menu, search, banner, panels, live updates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform import live
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.registrations import (
    Banner,
    Demonstration,
    MenuEntry,
    Panel,
    Searchable,
    banners,
    demonstration,
    menu,
    panels,
    searchables,
)
from paraat.readiness import configuration  # noqa: F401  # it declares the settings
from paraat.readiness.models import Disclosure, Engagement, Finding


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.readiness.views import engagement_panels as shown  # views need the addresses, which are read later

        html: str | None = getattr(shown, name)(viewer, subject)
        return html

    return show


@subscribe(Recorded)
def on_recorded(fact: Recorded) -> None:
    """The journal got a line about an engagement: open pages fetch what changed."""
    if fact.object_type == "engagement":
        live.publish(f"engagement.{fact.object_id}", id=fact.object_id)


def _find(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Engagements and findings by number, title and whom they concern; researchers' reports by number."""
    said = Q(number__icontains=words) | Q(title__icontains=words) | Q(organisation__name__icontains=words)
    for one in Engagement.objects.visible_to(viewer).filter(said)[:limit]:
        yield f"{one.number} · {one.title}", reverse("engagement", args=[one.pk]), str(one.get_state_display())
    for row in Finding.objects.visible_to(viewer).filter(said)[:limit]:
        yield f"{row.number} · {row.title}", reverse("finding", args=[row.pk]), str(row.get_state_display())
    for sent in Disclosure.objects.visible_to(viewer).filter(number__icontains=words)[:limit]:
        yield sent.number, reverse("disclosure", args=[sent.pk]), str(sent.get_state_display())


def _stopped(viewer: Viewer) -> str | None:
    """On every page of a tester, while something that he tests is stopped."""
    if not viewer.has(Role.TESTER):
        return None
    stopped = (
        Engagement.objects.visible_to(viewer).filter(state=Engagement.State.STOPPED).values_list("number", flat=True)
    )
    numbers = ", ".join(stopped)
    return _now("STOPPED: %(numbers)s. Touch nothing.") % {"numbers": numbers} if numbers else None


def _demonstrate() -> None:
    from paraat.readiness.engagements_demonstration import load

    load()


_READS = frozenset({*WATCHES, Role.SPOC, Role.TESTER})
menu.add(MenuEntry(_("Ethical hacking"), "engagements", _READS, 405))
menu.add(MenuEntry(_("Findings"), "findings", _READS | {Role.ASSESSOR}, 405))
menu.add(MenuEntry(_("Researchers' reports"), "disclosures", frozenset({*WATCHES, Role.SPOC}), 405))
searchables.add(Searchable("findings", _find))
banners.add(Banner("testing stopped", "stopped", _stopped, "engagements"))
panels.add(Panel("organisation", _panel("of_organisation"), "engagements", 65))
panels.add(Panel("portal", _panel("of_portal"), "findings", 100))
panels.add(Panel("finding", _panel("measures_of"), "measures", 50))
demonstration.add(Demonstration("ethical hacking", _demonstrate, 95))
