"""The outbox: how each message travelled; and the button that stops all sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from ninja import Query
from pydantic import Field

from paraat.alerts import actions
from paraat.alerts.api.alerts import Because
from paraat.alerts.models import Alert, Delivery, Switch
from paraat.kernel.marking import TEAM, WATCHES
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, page

operations = Operations(tags=["outbox"])


class DeliveryOut(Answer):
    """One message to one address."""

    id: UUID
    purpose: str
    alert: UUID | None = Field(validation_alias="alert_id")
    contact: UUID | None = Field(validation_alias="contact_id")
    kind: str
    address: str
    language: str
    rung: int
    exercise: bool
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    bounced_at: datetime | None
    perhaps_twice: bool
    reference: str
    detail: str


class DeliveryFilter(Part):
    """Which messages."""

    alert: UUID | None = None
    state: Plain = Field("", max_length=10)
    kind: Plain = Field("", max_length=8)
    address: Plain = Field("", max_length=254, description="exactly this address")


@operations.read(
    "/deliveries",
    scope=Scope.ALERTS_READ,
    roles=WATCHES,
    answer=Page[DeliveryOut],
    operation_id="listDeliveries",
)
def list_deliveries(request: ApiRequest, which: Query[DeliveryFilter]) -> dict[str, Any]:
    """Every message, newest first. For the team and auditors: it holds addresses."""
    rows = Delivery.objects.filter(Q(alert=None) | Q(alert__in=Alert.objects.visible_to(request.viewer)))
    exact = {name: value for name in ("alert", "state", "kind", "address") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("-created_at", "pk"), which)


class Sending(Answer):
    """Whether anything may be sent."""

    stopped_at: datetime | None = None
    stopped_by: str = ""
    reason: str = ""


@operations.read("/sending", scope=Scope.ALERTS_READ, roles=WATCHES, answer=Sending, operation_id="getSending")
def get_sending(request: ApiRequest) -> Any:  # noqa: ARG001  # it is the same for all
    """Whether all sending was stopped, by whom and why."""
    return Switch.objects.filter(pk=1).first() or {}


@operations.write("/sending/stop", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=Sending, operation_id="stopSending")
def stop(request: ApiRequest, because: Because) -> Switch:
    """Stop all sending, at once. 409 when it was stopped already."""
    return actions.stop_sending(by=request.actor, reason=because.reason)


@operations.write("/sending/resume", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=Sending, operation_id="resumeSending")
def resume(request: ApiRequest, because: Because) -> Switch:
    """Send again. 409 when nothing was stopped."""
    return actions.resume_sending(by=request.actor, reason=because.reason)
