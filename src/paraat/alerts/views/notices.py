"""Notices over all alerts, and one notice: how its message travelled, who acknowledged, what was done, and what an officer notes down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.forms import AcknowledgeForm, MitigationForm, SiteForm
from paraat.alerts.looks import IS
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules.looks import Look
from paraat.alerts.views.acting import ROOM, WATCHES, WORKS, act, found, officer_of
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation

LOOKS = [
    (Look.SILENT.value, gettext_lazy("silent")),
    (Look.NONE.value, gettext_lazy("nobody to reach")),
    (Look.WAITING.value, gettext_lazy("waits for acknowledgement")),
    (Look.KNOWN.value, gettext_lazy("acknowledged")),
]


def notice_table(request: Request, rows: QuerySet[Any], *, name: str) -> Table:
    """The notices as a list, worst first."""
    return Table(
        request,
        rows.select_related("organisation", "alert", "officer"),
        name=name,
        columns=[
            Column(
                "organisation",
                gettext_lazy("Organisation"),
                sort="organisation__name",
                value=lambda row: row.organisation.name,
            ),
            Column("look", gettext_lazy("State"), sort="rank", value=lambda row: row.get_state_display()),
            Column("targets", gettext_lazy("What was named"), value=lambda row: row.targets),
            Column("acknowledged_at", gettext_lazy("Acknowledged"), sort="acknowledged_at"),
            Column("mitigation", gettext_lazy("Measure"), sort="mitigation_until"),
            Column("step_due_at", gettext_lazy("Next step"), sort="step_due_at"),
        ],
        search=["organisation__name", "organisation__nis", "code__iexact", "targets__icontains"],
        filters=[
            Filter("look", gettext_lazy("State"), LOOKS, apply=_look),
            Filter("province", gettext_lazy("Province"), _provinces(), lookup="organisation__province"),
        ],
        order="look",
        empty=gettext_lazy("No notice."),
    )


def _look(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(IS[Look(value)])


def _provinces() -> list[tuple[str, str]]:
    rows = Organisation.objects.filter(kind=Organisation.Kind.PROVINCE).order_by("name")
    return list(rows.values_list("nis", "name"))


@require_safe
@allow(*ROOM)
def listing(request: Request) -> HttpResponseBase:
    """The notices of all active alerts, of reality or of the exercise."""
    exercise = request.GET.get("exercise") == "1"
    active = Notice.objects.shown_to(request.viewer).filter(alert__state=Alert.State.SENT, exercise=exercise)
    table = notice_table(request, active, name="notices")
    return table.answer("alerts/notices.html", {"now": moment.now(), "exercise": exercise})


@require_safe
@allow(*ROOM)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One notice."""
    return _page(request, _notice(request, pk))


def _page(request: Request, notice: Notice, **forms_: forms.Form) -> HttpResponse:
    now = moment.now()
    told = notice.deliveries.select_related("contact").order_by("created_at") if request.viewer.has(*WATCHES) else []
    context = {
        "notice": notice,
        "deliveries": told,
        "calls": notice.calls.select_related("claimed_by", "contact").order_by("since")
        if request.viewer.has(*WATCHES)
        else [],
        "works": request.viewer.has(*WORKS),
        "now": now,
        "acknowledge_form": AcknowledgeForm(),
        "mitigation_form": MitigationForm(),
        "site_form": SiteForm(initial={"since": now}),
    }
    status = 400 if forms_ else 200
    return render(request, "alerts/notice.html", context | forms_, status=status)


def _notice(request: Request, pk: UUID) -> Notice:
    rows = Notice.objects.shown_to(request.viewer).select_related("organisation", "alert", "officer")
    notice: Notice = found(rows, pk)
    return notice


@require_POST
@allow(*WORKS)
def acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """Note down that a person of the organisation acknowledged."""
    notice, form = _notice(request, pk), AcknowledgeForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, acknowledge_form=form)
    name = form.cleaned_data["name"]
    return act(
        request,
        lambda: actions.acknowledge_notice(notice=notice, by=request.actor, through="officer", name=name),
        _("Acknowledged by %(name)s.") % {"name": name},
        back=f"/alerts/notices/{pk}/",
    )


@require_POST
@allow(*WORKS)
def mitigation(request: Request, pk: UUID) -> HttpResponse:
    """Note down what was done."""
    notice, form = _notice(request, pk), MitigationForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, mitigation_form=form)
    values = form.cleaned_data
    return act(
        request,
        lambda: actions.report_mitigation(notice=notice, by=request.actor, text=values["text"], until=values["until"]),
        _("Noted."),
        back=f"/alerts/notices/{pk}/",
    )


@require_POST
@allow(*WORKS)
def site(request: Request, pk: UUID) -> HttpResponse:
    """Note down how the site does."""
    notice, form = _notice(request, pk), SiteForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, site_form=form)
    values = form.cleaned_data
    return act(
        request,
        lambda: actions.report_site(notice=notice, by=request.actor, state=values["state"], since=values["since"]),
        _("Noted."),
        back=f"/alerts/notices/{pk}/",
    )


@require_POST
@allow(*WORKS)
def take(request: Request, pk: UUID) -> HttpResponse:
    """A notice that nobody answered on any rung belongs to a named officer: me."""
    notice = _notice(request, pk)
    officer = officer_of(request)
    return act(
        request,
        lambda: actions.take_exhausted(notice=notice, by=request.actor, officer=officer),
        _("This is yours now."),
        back=f"/alerts/notices/{pk}/",
    )
