"""Perhaps: whom a list may mean. A person says yes or no, line by line or for several at once."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from paraat.kernel.marking import TEAM, Role
from paraat.observations import actions
from paraat.observations.models import Certainty, Finding
from paraat.observations.words import reason
from paraat.platform import parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table

READERS = (*sorted(TEAM), Role.AUDITOR)
DECISIONS = [("open", _("To decide")), ("yes", _("Yes")), ("no", _("No"))]
LONGEST_NOTE = 300


@allow(*READERS)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """Those to decide, of all runs or of one (`?run=`)."""
    rows = Finding.objects.visible_to(request.viewer).filter(certainty=Certainty.PERHAPS).select_related("organisation")
    run = chosen(request.GET.getlist("run"))
    rows = rows.filter(run__in=run) if run else rows
    if not request.GET.get("decision"):
        rows = rows.filter(decision="")
    table = Table(
        request,
        rows,
        name="perhaps",
        columns=[
            Column("target", _("Target"), sort="target"),
            Column(
                "organisation", _("Organisation"), value=lambda row: row.organisation.name, sort="organisation__name"
            ),
            Column(
                "reason",
                _("Why perhaps"),
                value=lambda row: f"{reason(row.reason)} {row.because}".strip(),
                sort="reason",
            ),
            Column("rows", _("Rows"), sort="rows", number=True),
            Column("listed_at", _("Listed at"), sort="listed_at"),
            Column("decision", _("Decision"), sort="decision"),
        ],
        search=["target", "organisation__name", "organisation__nis"],
        filters=[
            Filter(
                "decision",
                _("Decision"),
                DECISIONS,
                apply=lambda rows, value: rows.filter(decision=value.replace("open", "")),
            )
        ],
        order="-listed_at",
        empty=_("Nothing is in doubt."),
        hint=_("When a list names a host that is perhaps somebody's, it waits here for your yes or no."),
    )
    context = {
        "works": request.viewer.is_team,
        "reason": reason,
        "run": run[0] if run else None,
        "token": parts.token(request.viewer, "perhaps"),
    }
    return table.answer("observations/perhaps.html", context)


@allow(*sorted(TEAM))
@require_POST
def decide(request: Request) -> HttpResponseBase:
    """One line by its own button (`yes` or `no` is its id), or all chosen lines (`chosen` is yes or no)."""
    one = chosen([request.POST.get("yes", ""), request.POST.get("no", "")])
    yes = "yes" in request.POST or request.POST.get("chosen") == "yes"
    wanted = one or chosen(request.POST.getlist("finding"))
    seen = list(Finding.objects.visible_to(request.viewer).filter(pk__in=wanted).values_list("pk", flat=True))
    if not seen:
        messages.error(request, _("Choose lines first."))
    else:
        count = len(seen)
        told = ngettext("%(n)s decided: yes, they are told.", "%(n)s decided: yes, they are told.", count)
        left = ngettext("%(n)s decided: no.", "%(n)s decided: no.", count)
        attempt(
            request,
            lambda: actions.decide_perhaps(
                findings=seen, yes=yes, by=request.actor, note=request.POST.get("note", "")[:LONGEST_NOTE]
            ),
            (told if yes else left) % {"n": count},
        )
    run = chosen([request.POST.get("run", "")])
    return redirect(reverse("perhaps") + (f"?run={run[0]}" if run else ""))
