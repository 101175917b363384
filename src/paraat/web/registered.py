"""What the screens register with the platform: the main menu, what stands on every page while it holds, and what the search page finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraat.alerts.models import Alert, Notice, Switch
from paraat.exercises.models import Exercise
from paraat.kernel.marking import BY_NAME, MEMBERS, Role, Viewer
from paraat.platform import configuration
from paraat.platform.registrations import (
    Banner,
    Demonstration,
    MenuEntry,
    Panel,
    Searchable,
    Snapshot,
    banners,
    demonstration,
    menu,
    panels,
    searchables,
    snapshots,
)
from paraat.web.first_minutes import people
from paraat.web.remembered import remembered

_ROOM = frozenset({Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.PARTNER, Role.OBSERVER})
_WATCHES = frozenset({Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR})
_READS = MEMBERS
HISTORY = 30


def _running() -> tuple[str, str, str]:
    """The number of an exercise that runs, and why and by whom all sending is stopped; empty texts for none. At most a second old."""
    return remembered("running", _ask_what_runs, 1)


def _ask_what_runs() -> tuple[str, str, str]:
    alerts = Alert.objects.filter(state=Alert.State.SENT, exercise=True).exclude(kind=Alert.Kind.CORRECTION)
    alerts = alerts.filter(lessons=None)  # a lesson of an exercise is answered for months: no exercise runs so long
    exercises = Exercise.objects.going().annotate(first=Value(0)).values_list("first", "number")
    going = exercises.order_by().union(alerts.order_by().annotate(first=Value(1)).values_list("first", "number"))
    number = next((name for _first, name in going.order_by("first", "-number")[:1]), "")
    stopped = Switch.objects.filter(stopped_at__isnull=False).values_list("reason", "stopped_by")
    reason, name = next(iter(stopped), ("", ""))
    return number, reason, name


def _exercise(viewer: Viewer) -> str | None:
    """The stripe: while an exercise runs nobody may take it for reality, nor reality for it."""
    number = _running()[0] if viewer.user else ""
    if not number:
        return None
    if configuration.is_demonstration():
        return _("EXERCISE %(number)s: real towns, invented events; nothing leaves this machine") % {"number": number}
    return _("EXERCISE %(number)s: nothing of it leaves the house") % {"number": number}


def _stopped(viewer: Viewer) -> str | None:
    _number, reason, name = _running() if viewer.user else ("", "", "")
    return _("All sending is stopped: %(reason)s (%(name)s)") % {"reason": reason, "name": name} if reason else None


def _alerts(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Alerts by number and title."""
    found = Alert.objects.visible_to(viewer).filter(Q(number__icontains=words) | Q(title__icontains=words))
    for alert in found[:limit]:
        title = next(iter(alert.title.values()), alert.source_title)
        yield f"{alert.number} · {title}", reverse("alert", args=[alert.pk]), str(alert.get_state_display())


def _notices(words: str, viewer: Viewer, limit: int) -> Iterator[tuple[str, str, str]]:
    """Notices by their code or a host that they name."""
    rows = Notice.objects.visible_to(viewer).filter(Q(code__iexact=words) | Q(targets__contains=[words.lower()]))
    for notice in rows.select_related("organisation", "alert").order_by("-sent_at")[:limit]:
        title = f"{notice.organisation.name} · {notice.alert.number}"
        yield title, reverse("notice", args=[notice.pk]), str(notice.get_state_display())


def _history(viewer: Viewer, organisation: Any) -> str:
    """The newest deeds that concern an organisation, in words."""
    from paraat.web import log

    rows = log.entries(viewer).filter(chain=organisation.pk).order_by("-at")[:HISTORY]
    return SafeString(render_to_string("web/history_panel.html", {"entries": log.said(rows)}))


def _history_of_tenant(viewer: Viewer, tenant: Any) -> str:
    """Who did what with an emergency cloud, in words."""
    from paraat.web import log

    rows = log.entries(viewer).filter(chain=tenant.organisation_id, object_type="tenant", object_id=str(tenant.pk))
    return SafeString(render_to_string("web/history_panel.html", {"entries": log.said(rows.order_by("-at")[:HISTORY])}))


panels.add(Panel("organisation.aside", _history, "history"))
panels.add(Panel("tenant.aside", _history_of_tenant, "history"))
banners.add(Banner("exercise", "exercise", _exercise, "alerts"))
banners.add(Banner("stopped", "stopped", _stopped, "outbox"))
menu.add(MenuEntry(gettext_lazy("Board"), "board", _ROOM, 0))
menu.add(MenuEntry(gettext_lazy("My notices"), "portal", frozenset({Role.SPOC}), 0))
menu.add(MenuEntry(gettext_lazy("Alerts"), "alerts", _ROOM, 10))
menu.add(MenuEntry(gettext_lazy("Call list"), "calls", _WATCHES, 40))
menu.add(MenuEntry(gettext_lazy("Announcements"), "announcements", _ROOM, 105))
menu.add(MenuEntry(gettext_lazy("Outbox"), "outbox", _WATCHES | {Role.PARTNER}, 120))
menu.add(MenuEntry(gettext_lazy("Inbox"), "inbox", _WATCHES, 125))
menu.add(MenuEntry(gettext_lazy("Coverage"), "coverage", _ROOM, 130))
menu.add(MenuEntry(gettext_lazy("Journal"), "journal", _READS, 930))
menu.add(MenuEntry(gettext_lazy("Search"), "search", frozenset(Role) - BY_NAME, 940))
menu.add(MenuEntry(gettext_lazy("Wall display"), "wall", _ROOM, 950))
searchables.add(Searchable("alerts", _alerts))
searchables.add(Searchable("notices", _notices))
snapshots.add(Snapshot("/", gettext_lazy("Board")))
snapshots.add(Snapshot("/alerts/", gettext_lazy("Alerts")))
snapshots.add(Snapshot("/calls/", gettext_lazy("Call list")))
snapshots.add(Snapshot("/calls/print/", gettext_lazy("Call list, to print")))
snapshots.add(Snapshot("/organisations/", gettext_lazy("Organisations")))
demonstration.add(Demonstration("accounts and roster", people.load, 20))
if configuration.is_demonstration():
    menu.add(MenuEntry(gettext_lazy("First five minutes"), "first_minutes", frozenset({Role.DUTY_OFFICER}), 960))
