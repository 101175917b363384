"""The list of alerts, one alert with its notices, and what an officer decides about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.forms import ReasonForm
from paraat.alerts.looks import IS, Median
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules.looks import Look, Tally
from paraat.alerts.views.acting import ROOM, WATCHES, WORKS, act, found
from paraat.alerts.views.notices import notice_table
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.tables import WORLD, Column, Filter, Table

HOLDS = {
    "one_click": gettext_lazy("its source always waits for one click"),
    "not_confirmed": gettext_lazy("no person has confirmed its source yet"),
    "dated": gettext_lazy("the list is more than 12 hours old"),
    "many": gettext_lazy("it names more than 25 organisations"),
}
"""Why an alert waits (`rules.holds.Hold`), in words."""


@require_safe
@allow(*ROOM)
def listing(request: Request) -> HttpResponseBase:
    """Every alert, newest first."""
    counts = {f"n_{one.value}": _number_of(IS[one]) for one in IS}
    rows = Alert.objects.visible_to(request.viewer).annotate(n_all=_number_of(Q()), **counts)
    table = Table(
        request,
        rows,
        name="alerts",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("title", gettext_lazy("Title"), value=lambda row: row.title.get(get_language()) or row.source_title),
            Column("severity", gettext_lazy("Severity"), sort="severity"),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column(
                "acknowledged", gettext_lazy("Acknowledged"), sort="n_known", value=lambda row: row.n_known, number=True
            ),
            Column("named", gettext_lazy("Organisations"), sort="n_all", value=lambda row: row.n_all, number=True),
            Column("created_at", gettext_lazy("Made"), sort="created_at"),
        ],
        search=["number", "title", "source_title"],
        filters=[
            Filter("state", gettext_lazy("State"), Alert.State.choices),
            Filter("kind", gettext_lazy("Kind"), Alert.Kind.choices),
            WORLD,
        ],
        order="-created_at",
        empty=gettext_lazy("No alert yet."),
        hint=gettext_lazy(
            "An alert is made when a list is read that names an organisation, or when somebody writes an announcement."
        ),
    )
    return table.answer("alerts/alerts.html", {"now": moment.now()})


def _number_of(condition: Q) -> Coalesce:
    """How many notices of an alert are so: counted alert by alert, hence only for those on the page unless one sorts by it."""
    notices = Notice.objects.filter(condition, alert=OuterRef("pk")).order_by().values("alert")
    return Coalesce(Subquery(notices.annotate(number=Count("pk")).values("number")), 0)


@require_safe
@allow(*ROOM)
def one(request: Request, pk: UUID) -> HttpResponseBase:
    """One alert: what it says, how far it got, and its notices, worst first."""
    alert = _alert(request, pk)
    table = notice_table(request, _notices(request, alert), name=f"alert-{alert.number}")
    if request.GET.get("format"):
        return table.answer("")
    context = _context(request, alert, table)
    stream = {
        "live_token": live_parts.token(request.viewer, f"alert.{alert.pk}", "calls"),
        "topics": f"alert.{alert.pk} calls",
    }
    return render(request, "alerts/alert.html", context | stream | {"parts": _parts(request, context)})


@require_safe
@allow(*ROOM)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the alert's page that changed."""
    alert = _alert(request, pk)
    table = notice_table(request, _notices(request, alert), name=f"alert-{alert.number}")
    made = _parts(request, _context(request, alert, table))
    return live_parts.answer(request, made.values(), title=alert.number)


def _alert(request: Request, pk: UUID) -> Alert:
    rows = Alert.objects.visible_to(request.viewer).select_related("sender", "approved_by", "corrects")
    alert: Alert = found(rows, pk)
    return alert


def _notices(request: Request, alert: Alert) -> QuerySet[Any]:
    return Notice.objects.shown_to(request.viewer).filter(alert=alert)


def _context(request: Request, alert: Alert, table: Table) -> dict[str, Any]:
    counts, median, prepared, mitigated = counted(_notices(request, alert))
    return {
        "alert": alert,
        "table": table,
        "counts": counts,
        "median": median,
        "prepared": prepared,
        "mitigated": mitigated,
        "works": request.viewer.has(*WORKS),
        "watches": request.viewer.has(*WATCHES),
        "holds": [HOLDS.get(one, one) for one in alert.held_because],
        "reason": ReasonForm(),
        "now": moment.now(),
        "here": request.path.removesuffix("parts/"),
    }


def counted(notices: QuerySet[Any]) -> tuple[Tally, Any, int, int]:
    """How notices stand: their tally, the median time to acknowledge, how many are prepared, how many report a measure."""
    row = notices.order_by().aggregate(
        **{one.value: Count("pk", filter=IS[one]) for one in IS},
        median=Median(F("acknowledged_at") - F("sent_at"), filter=IS[Look.KNOWN]),
        prepared=Count("pk", filter=Q(state=Notice.State.PREPARED)),
        mitigated=Count("pk", filter=Q(mitigated_at__isnull=False)),
    )
    tally = Tally(row["silent"], row["none"], row["waiting"], row["known"])
    return tally, row["median"], row["prepared"], row["mitigated"]


def _parts(request: Request, context: dict[str, Any]) -> dict[str, live_parts.Part]:
    names = ("state", "notices")
    return {
        name: live_parts.part(name, render_to_string(f"alerts/alert_{name}.html", context, request)) for name in names
    }


# What an officer decides ----------------------------------------------------------------------------------------------------------


@require_POST
@allow(*WORKS)
def release(request: Request, pk: UUID) -> HttpResponse:
    """Send a held alert."""
    alert = _alert(request, pk)
    named = alert.notices.count()
    done = ngettext("Sent to %(num)s organisation.", "Sent to %(num)s organisations.", named) % {"num": named}
    return act(request, lambda: actions.release_alert(alert=alert, by=request.actor), done, back=f"/alerts/{pk}/")


@require_POST
@allow(*WORKS)
def decline(request: Request, pk: UUID) -> HttpResponse:
    """Do not send, with a reason."""
    alert, reason = _alert(request, pk), request.POST.get("reason", "")
    deed = lambda: actions.decline_alert(alert=alert, by=request.actor, reason=reason)  # noqa: E731
    return act(request, deed, _("Not sent. The reason is in the journal."), back=f"/alerts/{pk}/")


@require_POST
@allow(*WORKS)
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Take an alert back: escalation stops, everybody who was told gets the correction."""
    alert, reason = _alert(request, pk), request.POST.get("reason", "")
    deed = lambda: actions.withdraw_alert(alert=alert, by=request.actor, reason=reason)  # noqa: E731
    done = _("Withdrawn. Everybody who was told gets the correction through the same channels.")
    return act(request, deed, done, back=f"/alerts/{pk}/")


@require_POST
@allow(*WORKS)
def ring(request: Request, pk: UUID) -> HttpResponse:
    """This cannot wait for the morning: let phones ring for it."""
    alert = _alert(request, pk)
    done = _("Phones ring for this alert, at night too.")
    return act(request, lambda: actions.let_ring(alert=alert, by=request.actor), done, back=f"/alerts/{pk}/")
