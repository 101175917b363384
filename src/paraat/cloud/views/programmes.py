"""The programme: the envelope, what is committed to whom, and who went above it by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.cloud.actions.programmes import change_programme, envelope_of, make_programme
from paraat.cloud.models import Programme, Tenant
from paraat.cloud.rules.envelope import Commitment
from paraat.cloud.views.overview import current
from paraat.cloud.views.reading import WATCHES
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table


class ProgrammeForm(forms.Form):
    """The envelope in euro, and what a tenant gets by default."""

    name = forms.CharField(label=_("Name"), max_length=200)
    envelope = forms.DecimalField(label=_("Envelope, in euro"), min_value=0, max_digits=12, decimal_places=2)
    begins_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Until and with"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    per_day = forms.DecimalField(label=_("A tenant costs, euro per day"), min_value=0, max_digits=10, decimal_places=2)
    default_days = forms.IntegerField(label=_("Days at first"), min_value=1, max_value=3650)
    default_memory_mb = forms.IntegerField(label=_("Memory of a tenant, MB"), min_value=1)
    default_cpu_millis = forms.IntegerField(label=_("Processor of a tenant, thousandths"), min_value=1)
    default_disk_gb = forms.IntegerField(label=_("Disk of a tenant, GB"), min_value=1)

    def values(self) -> dict[str, Any]:
        """As the action takes them: money in cents."""
        given = dict(self.cleaned_data)
        given["envelope_cents"] = int(given.pop("envelope") * 100)
        given["default_cents_per_day"] = int(given.pop("per_day") * 100)
        return given


@require_safe
@allow(*WATCHES)
def programme(request: Request) -> HttpResponseBase:
    """The programme of today with its commitments."""
    now, found = moment.now(), current()
    rows = Tenant.objects.visible_to(request.viewer).filter(programme=found, approved_at__isnull=False)
    table = Table(
        request,
        rows.exclude(state=Tenant.State.REFUSED).select_related("organisation"),
        name="commitments",
        columns=[
            Column("number", _("Number"), sort="number"),
            Column("organisation", _("For whom"), sort="organisation__name", value=lambda row: row.organisation.name),
            Column("approved_at", _("Approved"), sort="approved_at"),
            Column("approved_by", _("By")),
            Column("until", _("Until"), sort="until"),
            Column("euro", _("Committed, euro"), value=lambda row: committed(row) / 100, number=True),
            Column("override_by", _("Above the envelope by"), value=lambda row: row.override_by),
            Column("override_because", _("Because")),
        ],
        search=["number", "organisation__name", "override_by"],
        filters=[Filter("over", _("Above the envelope"), [("yes", _("yes"))], apply=lambda rows, _v: rows.filter(over_envelope=True))],
        order="-approved_at",
        empty=_("Nothing is committed yet."),
    )  # fmt: skip
    context = {
        "programme": found,
        "envelope": envelope_of(found) if found else None,
        "committed": committed,
        "edits": request.viewer.has(Role.COORDINATOR),
        "now": now,
    }
    return table.answer("cloud/programme.html", context)


def committed(tenant: Tenant) -> int:
    """What a tenant takes of the envelope, in cents; an exercise takes nothing."""
    if tenant.exercise or tenant.approved_at is None or tenant.until is None:
        return 0
    return Commitment(tenant.cents_per_day, tenant.approved_at, tenant.until, tenant.destroyed_at).cents


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.COORDINATOR)
def edit(request: Request) -> HttpResponse:
    """Change the programme of today, or make the first one."""
    found = current()
    form = ProgrammeForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        given = form.values()
        done = attempt(
            request,
            lambda: change_programme(programme=found, by=request.actor, **given) if found else make_programme(by=request.actor, **given),
            _now("The programme is changed."),
        )  # fmt: skip
        if done is not None:
            return HttpResponseRedirect(reverse("cloud_programme"))
    return render(request, "cloud/programme_edit.html", {"form": form}, status=400 if form.errors else 200)


def _initial(found: Programme | None) -> dict[str, Any]:
    one = found or Programme(
        name=str(moment.today().year), envelope_cents=0, begins_on=moment.today().replace(month=1, day=1)
    )
    names = (
        "name",
        "begins_on",
        "ends_on",
        "default_days",
        "default_memory_mb",
        "default_cpu_millis",
        "default_disk_gb",
    )
    euro = {"envelope": Decimal(one.envelope_cents) / 100, "per_day": Decimal(one.default_cents_per_day) / 100}
    return {name: getattr(one, name) for name in names} | euro
