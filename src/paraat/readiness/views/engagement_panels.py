"""What ethical hacking puts on other pages: on an organisation's, on the SPOC's first page; and the measures on a finding's."""

from __future__ import annotations

from typing import Any

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.panels import render
from paraat.readiness.hacking_words import LOOKS
from paraat.readiness.models import Engagement, Finding
from paraat.readiness.views.findings import shown
from paraat.registry.models import Organisation

SHOWN = 5


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """Its engagements and open findings."""
    if not organisation.constituent or not (viewer.has(*WATCHES) or _is_own(viewer, organisation)):
        return None
    return _render(
        viewer,
        Engagement.objects.filter(organisation=organisation.pk),
        Finding.objects.filter(organisation=organisation.pk),
    )


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page: what was found and waits for it."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    own = list(viewer.own)
    return _render(
        viewer, Engagement.objects.filter(organisation__in=own), Finding.objects.filter(organisation__in=own)
    )


def measures_of(viewer: Viewer, finding: Finding) -> str | None:
    """The measures that this finding asks for."""
    from paraat.readiness.views.measure_panels import measures_panel

    return measures_panel("finding", finding, viewer) if finding.state != Finding.State.DRAFT else None


def _is_own(viewer: Viewer, organisation: Organisation) -> bool:
    return viewer.has(Role.SPOC) and organisation.pk in viewer.own


def _render(viewer: Viewer, engagements: Any, findings: Any) -> str | None:
    rows = engagements.visible_to(viewer).exclude(state=Engagement.State.CLOSED).order_by("-created_at")[:SHOWN]
    found = shown(findings.open(), viewer)
    if not rows and not found:
        return None
    context = {"engagements": list(rows), "findings": found[:SHOWN], "more": max(len(found) - SHOWN, 0), "looks": LOOKS}
    return render("readiness/engagements/panel.html", context)
