"""What programmes put on other pages: on an organisation's, and on the SPOC's first page."""

from __future__ import annotations

from typing import Any

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.panels import render
from paraat.readiness.models import Participation, Programme
from paraat.readiness.programmes import LOOKS, title
from paraat.registry.models import Organisation


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """Where it stands in each programme."""
    own = viewer.has(Role.SPOC) and organisation.pk in viewer.own
    if not organisation.constituent or not (viewer.has(*WATCHES) or own):
        return None
    rows = Participation.objects.visible_to(viewer).filter(organisation=organisation.pk).select_related("programme")
    listed = list(rows.order_by("programme__key", "turn"))
    if not listed:
        return None
    return render("readiness/programmes/panel.html", {"rows": listed, "looks": LOOKS, "title": title})


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page: whether a programme waits for an answer."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    offered = Programme.objects.filter(closed_at=None).count()
    if not offered:
        return None
    rows = Participation.objects.visible_to(viewer).filter(organisation__in=viewer.own)
    asks = rows.filter(state=Participation.State.SILENT, programme__closed_at=None).count()
    return render("readiness/programmes/panel_portal.html", {"offered": offered, "asks": asks})
