"""One outbox: what each partner sent whom, how it travelled; and the one button that stops all sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.forms import ReasonForm
from paraat.alerts.models import Alert, Delivery, Notice, Switch
from paraat.alerts.views.acting import WATCHES, WORKS, act
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import ContactChannel

SEES = (*WATCHES, Role.PARTNER)
DOUBLE = timedelta(hours=24)
"""Two senders within this time to one address, about different things: perhaps the same news twice."""


@require_safe
@allow(*SEES)
def listing(request: Request) -> HttpResponseBase:
    """Everything that was told or is about to be, newest first."""
    now = moment.now()
    switch = Switch.objects.filter(pk=1).first()
    sees = {"works": request.viewer.has(*WORKS), "watches": request.viewer.has(*WATCHES)}
    context = {"now": now, "switch": switch, "reason": ReasonForm(), **sees}
    return _table(request).answer("alerts/outbox.html", context)


def visible(request: Request) -> QuerySet[Any]:
    """Deliveries of alerts that one may see; the team's own pages and invitations are for the team."""
    alerts = Alert.objects.visible_to(request.viewer)
    seen = Q(alert__in=alerts)
    if request.viewer.has(*WATCHES):
        seen |= Q(alert=None)
    return Delivery.objects.filter(seen)


def _table(request: Request) -> Table:
    others = Notice.objects.filter(
        told__delivery__address=OuterRef("address"),
        sent_at__gte=OuterRef("created_at") - DOUBLE,
        sent_at__lte=OuterRef("created_at") + DOUBLE,
        exercise=OuterRef("exercise"),
    ).annotate(whose=Coalesce("alert__sender", Value(HOUSE)))
    rows = visible(request).annotate(whose=Coalesce("alert__sender", Value(HOUSE)), sender=F("alert__sender__name"))
    rows = rows.annotate(double=Exists(others.exclude(whose=OuterRef("whose"))))
    watches = request.viewer.has(*WATCHES)
    detail = [Column("detail", gettext_lazy("Detail"), value=lambda row: row.detail)]
    return Table(
        request,
        rows.select_related("alert", "contact", "contact__organisation"),
        name="outbox",
        columns=[
            Column("created_at", gettext_lazy("When"), sort="created_at"),
            Column(
                "to",
                gettext_lazy("To"),
                value=lambda row: row.contact.organisation.name if row.contact else _("an officer"),
            ),
            Column("kind", gettext_lazy("Through"), sort="kind", value=lambda row: row.get_kind_display()),
            Column(
                "what",
                gettext_lazy("What"),
                value=lambda row: row.alert.number if row.alert else row.get_purpose_display(),
            ),
            Column("sender", gettext_lazy("Sender"), sort="alert__sender__name"),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            *(detail if watches else []),
        ],
        search=[*(["address"] if watches else []), "contact__organisation__name", "alert__number"],
        filters=[
            Filter("state", gettext_lazy("State"), Delivery.State.choices),
            Filter("kind", gettext_lazy("Through"), ContactChannel.Kind.choices),
            Filter("purpose", gettext_lazy("What"), Delivery.Purpose.choices),
            Filter("mark", gettext_lazy("Look at"), MARKS, apply=_marked),
        ],
        order="-created_at",
        empty=gettext_lazy("Nothing was sent yet."),
    )


MARKS = [("double", gettext_lazy("perhaps the same news twice")), ("twice", gettext_lazy("perhaps sent twice"))]


def _marked(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(double=True) if value == "double" else rows.filter(perhaps_twice=True)


@require_POST
@allow(*WORKS)
def stop(request: Request) -> HttpResponse:
    """Stop all sending, now."""
    deed = lambda: actions.stop_sending(by=request.actor, reason=request.POST.get("reason", ""))  # noqa: E731
    return act(request, deed, _("All sending is stopped."), back="/outbox/")


@require_POST
@allow(*WORKS)
def resume(request: Request) -> HttpResponse:
    """Start again."""
    deed = lambda: actions.resume_sending(by=request.actor, reason=request.POST.get("reason", ""))  # noqa: E731
    return act(request, deed, _("Sending goes on."), back="/outbox/")
