"""What reporting puts on pages of lower apps: the portal, a notice, an organisation; and the mails on a case."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from paraat.alerts.models import Notice
from paraat.alerts.views.acting import WATCHES, WORKS
from paraat.incidents.models import Case, Correspondence, Report
from paraat.kernel.marking import Role, Viewer
from paraat.observations.models import Finding
from paraat.platform.panels import render
from paraat.registry.models import Organisation

SHOWN = 5


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """The button to report and what was reported, on the portal's first page."""
    rows = _reports(viewer).filter(organisation__in=viewer.own)
    return _portal(reverse("portal_report_new"), rows[:SHOWN], wants=True, cards=sorted(viewer.own))


def of_portal_notice(viewer: Viewer, notice: Notice) -> str | None:
    """The button on a notice of mine: what we warned of happened."""
    address = f"{reverse('portal_report_new')}?{urlencode({'notice': notice.pk})}"
    return _portal(address, _reports(viewer).filter(notice=notice.pk, organisation__in=viewer.own)[:SHOWN])


def of_link(_viewer: Viewer, token: str) -> str | None:
    """The same behind the link of a message, for who has no account: nothing is listed there."""
    return _portal(reverse("notice_link_report", args=[token]), ())


def of_notice(viewer: Viewer, notice: Notice) -> str | None:
    """The officer's button on a notice."""
    if not viewer.has(*WORKS):
        return None
    rows = list(_reports(viewer).filter(notice=notice.pk)[:SHOWN])
    return render("incidents/_turn_panel.html", {"notice": notice, "reports": rows})


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """The reports of an organisation with the button for another, the lines that a report can be made of, and its card."""
    works, own = viewer.has(*WORKS), viewer.has(Role.SPOC) and organisation.pk in viewer.own
    if not works and not own and not viewer.has(*WATCHES):
        return None
    findings = Finding.objects.visible_to(viewer).filter(organisation=organisation) if works else Finding.objects.none()
    context = {
        "reports": list(_reports(viewer).filter(organisation=organisation)[:SHOWN]),
        "where": "report" if viewer.has(*WATCHES) else "portal_report",
        "address": _new(organisation, works=works, own=own),
        "card": _card(organisation.pk, works=works, own=own),
        "findings": list(findings.order_by("-listed_at")[:SHOWN]),
    }
    return render("incidents/_organisation_panel.html", context)


def of_case(viewer: Viewer, case: Case) -> str | None:
    """The mails of a case and of its reports."""
    if not viewer.has(*WATCHES):
        return None
    rows = Correspondence.objects.visible_to(viewer).filter(case=case)
    mails = list(rows.prefetch_related("attachments").order_by("at"))
    return render("incidents/_mails_panel.html", {"mails": mails}) if mails else None


def _reports(viewer: Viewer) -> Any:
    return Report.objects.visible_to(viewer).order_by("-received_at")


def _portal(address: str, rows: Any, *, wants: bool = False, cards: Any = ()) -> str:
    context = {"address": address, "reports": list(rows), "wants": wants, "cards": list(cards)}
    return render("incidents/_portal_panel.html", context)


def _new(organisation: Organisation, *, works: bool, own: bool) -> str:
    if works:
        return f"{reverse('report_new')}?{urlencode({'organisation': organisation.name})}"
    return f"{reverse('portal_report_new')}?{urlencode({'organisation': organisation.pk})}" if own else ""


def _card(organisation: UUID, *, works: bool, own: bool) -> str:
    if works:
        return reverse("organisation_first_hour", args=[organisation])
    return reverse("portal_card", args=[organisation]) if own else ""
