"""Hosts that nobody owns: whose is it? Assigned (an asset is made), handed over to its own team with a receipt, or left with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.formats.suffixes import is_public_suffix
from paraat.kernel.hosts import suffixes
from paraat.kernel.marking import TEAM
from paraat.observations import actions
from paraat.observations.models import UnassignedHost
from paraat.observations.views.perhaps import LONGEST_NOTE, READERS
from paraat.observations.words import WHY, why
from paraat.platform import parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation

State = UnassignedHost.State
FOUND = 20
"""How many organisations a search shows."""


@allow(*READERS)
@require_safe
def listing(request: Request) -> HttpResponseBase:
    """The open ones, of all runs or of one (`?run=`)."""
    rows = UnassignedHost.objects.visible_to(request.viewer).select_related("assigned_to", "handed_to")
    run = chosen(request.GET.getlist("run"))
    rows = rows.filter(run__in=run) if run else rows
    if not request.GET.get("state"):
        rows = rows.open()
    table = Table(
        request,
        rows,
        name="unassigned",
        columns=[
            Column("host", _("Host"), sort="host"),
            Column("why", _("Why it is listed"), value=lambda row: why(row.why), sort="why"),
            Column("rows", _("Rows"), sort="rows", number=True),
            Column("listed_at", _("Listed at"), sort="listed_at"),
            Column("state", _("State"), value=lambda row: row.get_state_display(), sort="state"),
            Column("receipt", _("Receipt or reason"), value=lambda row: row.receipt or row.note),
        ],
        search=["host"],
        filters=[Filter("state", _("State"), State.choices), Filter("why", _("Why it is listed"), list(WHY.items()))],
        order="-listed_at",
        empty=_("Every host of interest has an owner."),
        hint=_("When a list names a Belgian host that is on nobody's file, it waits here: whose is it?"),
    )
    context = {
        "works": request.viewer.is_team,
        "why": why,
        "run": run[0] if run else None,
        "partners": Organisation.objects.filter(kind=Organisation.Kind.PARTNER).order_by("name"),
        "earlier": _earlier(table.page.object_list),
        "token": parts.token(request.viewer, "unassigned"),
    }
    return table.answer("observations/unassigned.html", context)


@allow(*sorted(TEAM))
@require_POST
def decide(request: Request) -> HttpResponseBase:
    """Hand the chosen hosts over (`hand_over`, to a partner, with its receipt), or leave them (`leave`, with a reason)."""
    wanted = chosen(request.POST.getlist("host"))
    seen = list(UnassignedHost.objects.visible_to(request.viewer).filter(pk__in=wanted).values_list("pk", flat=True))
    partner = Organisation.objects.filter(pk__in=chosen([request.POST.get("partner", "")])).first()
    if not seen:
        messages.error(request, _("Choose hosts first."))
    elif "leave" in request.POST:
        reason = request.POST.get("reason", "")[:LONGEST_NOTE]
        said = ngettext("%(n)s host left as it is.", "%(n)s hosts left as they are.", len(seen)) % {"n": len(seen)}
        attempt(request, lambda: actions.leave_hosts(hosts=seen, reason=reason, by=request.actor), said)
    elif partner is None:
        messages.error(request, _("Choose the team that takes them over."))
    else:
        receipt = request.POST.get("receipt", "")[:LONGEST_NOTE]
        said = ngettext("%(n)s host handed over.", "%(n)s hosts handed over.", len(seen)) % {"n": len(seen)}
        attempt(
            request,
            lambda: actions.hand_over_hosts(hosts=seen, partner=partner, receipt=receipt, by=request.actor),
            said,
        )
    run = chosen([request.POST.get("run", "")])
    return redirect(reverse("unassigned") + (f"?run={run[0]}" if run else ""))


class AssignForm(forms.Form):
    """Whose a host is, and how much of its name is theirs."""

    organisation = forms.UUIDField(error_messages={"required": _("Choose an organisation.")})
    value = forms.CharField(max_length=255)
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)


@allow(*sorted(TEAM))
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: Request, pk: UUID) -> HttpResponseBase:
    """Whose is this host? Proposals by its name, a search, and what of the name becomes theirs."""
    host = get_object_or_404(UnassignedHost.objects.visible_to(request.viewer), pk=pk)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        owner = get_object_or_404(Organisation.objects.visible_to(request.viewer), pk=given["organisation"])
        done = attempt(
            request,
            lambda: actions.assign_host(
                host=host, organisation=owner, value=given["value"], by=request.actor, note=given["note"]
            ),
            _("%(host)s is on file for %(name)s, who is told.") % {"host": host.host, "name": owner.name},
        )
        if done is not None:
            return redirect(reverse("unassigned") + f"?run={host.run}")
    q = request.GET.get("q", "").strip()
    visible = Organisation.objects.visible_to(request.viewer)
    shown = {
        "host": host,
        "form": form,
        "q": q,
        "proposed": visible.filter(pk__in=host.hints),
        "found": visible.filter(name__icontains=q)[:FOUND] if q else [],
        "values": possible(host.host),
        "earlier": _earlier([host]).get(host.host),
        "why": why,
    }
    return render(request, "observations/unassigned_host.html", shown, status=422 if form.errors else 200)


def possible(host: str) -> list[str]:
    """What of a name somebody can own: the host itself and the domains above it, up to the public suffix; the widest first."""
    return [name for name in suffixes(host) if not is_public_suffix(name)][::-1]


def _earlier(hosts: Iterable[UnassignedHost]) -> dict[str, UnassignedHost]:
    """What was last decided about hosts of these names, in other runs."""
    names = {host.host for host in hosts}
    decided = UnassignedHost.objects.filter(host__in=names).exclude(state=State.OPEN).order_by("decided_at")
    return {host.host: host for host in decided.select_related("handed_to")}
