"""What alerts puts on the pages of lower apps: what became of a list, and what an organisation has been told."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from paraat.alerts.models import Alert, Notice
from paraat.alerts.views.acting import ROOM, WORKS
from paraat.feeds.models import Run
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.registry.models import Organisation

SHOWN = 5


def of_run(viewer: Viewer, run: Run) -> str | None:
    """The alert of a list: what was told, or that it waits for one click; and that there is none, and why."""
    read = run.same_as or run
    alert = Alert.objects.visible_to(viewer).filter(run=read.pk).first()
    if alert is None and not (read.state == Run.State.READ and read.organisations and viewer.is_team):
        return None
    context = {"alert": alert, "named": alert.notices.count() if alert else 0, "works": viewer.has(*WORKS)}
    return SafeString(render_to_string("alerts/run_panel.html", context))


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """The newest notices of an organisation, for whoever may open them."""
    notices = (
        Notice.objects.visible_to(viewer).filter(organisation=organisation.pk).exclude(state=Notice.State.PREPARED)
    )
    rows = list(notices.select_related("alert").order_by("-sent_at")[:SHOWN])
    where = "notice" if viewer.has(*ROOM) else "portal_notice" if viewer.has(Role.SPOC) else ""
    if not rows or not where:
        return None
    context = {"notices": rows, "where": where, "now": moment.now()}
    return SafeString(render_to_string("alerts/organisation_panel.html", context))
