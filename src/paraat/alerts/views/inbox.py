"""What came in: replies, bounces, automatic replies, SMS and key presses; first what Paraat could not place and a person has to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions
from paraat.alerts.models import Alert, Inbound
from paraat.alerts.views.acting import WATCHES, WORKS, act, found
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.tables import Column, Filter, Table

VERDICTS = {
    "reply": gettext_lazy("an answer"),
    "bounce": gettext_lazy("came back"),
    "automatic": gettext_lazy("an automatic reply"),
    "loop": gettext_lazy("our own message"),
    "unknown": gettext_lazy("could not be placed"),
    "taken": gettext_lazy("belongs to a report or a case"),
}
KINDS = [("mail", gettext_lazy("Mail")), ("sms", gettext_lazy("SMS")), ("voice", gettext_lazy("Voice call"))]


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every message that came in, newest first."""
    table = Table(
        request,
        visible(request).select_related("delivery__contact__organisation"),
        name="inbox",
        columns=[
            Column("at", gettext_lazy("When"), sort="at"),
            Column("sender", gettext_lazy("From"), sort="sender"),
            Column("kind", gettext_lazy("Through"), sort="kind", value=lambda row: dict(KINDS).get(row.kind, row.kind)),
            Column("verdict", gettext_lazy("What it is"), sort="verdict", value=lambda row: said(row)),
            Column("text", gettext_lazy("What it says"), value=lambda row: row.subject or row.text[:120]),
            Column("read_by", gettext_lazy("Read by"), sort="read_by"),
        ],
        search=["sender", "subject", "text"],
        filters=[
            Filter("verdict", gettext_lazy("What it is"), list(VERDICTS.items())),
            Filter("kind", gettext_lazy("Through"), KINDS),
            Filter("waits", gettext_lazy("Waits"), [("yes", gettext_lazy("for a person to read it"))], apply=_waiting),
        ],
        order="-at",
        empty=gettext_lazy("No message came in yet."),
        hint=gettext_lazy(
            "Replies are read from the mailbox of PARAAT_MAILBOX_URL; SMS and key presses come from the gateways."
        ),
    )
    return table.answer("alerts/inbox.html", {"now": moment.now(), "verdicts": VERDICTS, "kinds": dict(KINDS)})


@require_safe
@allow(*WATCHES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One message, as plain text."""
    row = found(visible(request).select_related("delivery__contact__organisation", "delivery__alert"), pk)
    return render(
        request,
        "alerts/inbound.html",
        {"row": row, "said": said(row), "works": request.viewer.has(*WORKS), "now": moment.now()},
    )


@require_POST
@allow(*WORKS)
def read(request: Request, pk: UUID) -> HttpResponse:
    """I have read it and done what it asks."""
    row = found(visible(request), pk)
    return act(request, lambda: actions.read_inbound(message=row, by=request.actor), _("Noted."), back="/inbound/")


def visible(request: Request) -> QuerySet[Any]:
    """Answers to what one may see; a message that could not be placed may be about anything, so it is for the team."""
    if request.viewer.is_team:
        return Inbound.objects.all()
    placed = Inbound.objects.exclude(delivery=None)
    return placed.filter(Q(delivery__alert=None) | Q(delivery__alert__in=Alert.objects.visible_to(request.viewer)))


def said(row: Inbound) -> str:
    """What Paraat made of the message, in words."""
    return str(VERDICTS.get(row.verdict, row.verdict))


def _waiting(rows: QuerySet[Any], _value: str) -> QuerySet[Any]:
    return rows.filter(delivery=None, read_at=None).exclude(verdict="taken")
