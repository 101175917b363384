"""Alerts: read, sent, not sent, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.alerts import actions
from paraat.alerts.models import Alert
from paraat.kernel.marking import ROOM, TEAM
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible

operations = Operations(tags=["alerts"])
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class AlertOut(Answer):
    """Something that organisations must know."""

    id: UUID
    number: str
    kind: str
    state: str
    title: dict[str, str] = Field(description="per language")
    severity: int
    tlp: TlpLabel
    exercise: bool
    reliability: str
    credibility: str
    source: str = Field(validation_alias="source_title")
    run: UUID | None = Field(description="the file that it came from")
    held_because: list[str]
    needs_second: bool
    listed_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    ended_because: str
    valid_until: datetime | None
    corrects: UUID | None = Field(validation_alias="corrects_id")


class AlertFilter(Part):
    """Which alerts."""

    state: Plain = Field("", max_length=10)
    kind: Plain = Field("", max_length=14)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read("/alerts", scope=Scope.ALERTS_READ, roles=ROOM, answer=Page[AlertOut], operation_id="listAlerts")
def list_alerts(request: ApiRequest, which: Query[AlertFilter]) -> dict[str, Any]:
    """Alerts that you may see, newest first."""
    rows = Alert.objects.visible_to(request.viewer)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    exact = {name: value for name in ("state", "kind") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("-created_at", "pk"), which)


@operations.read("/alerts/{uuid:alert}", scope=Scope.ALERTS_READ, roles=ROOM, answer=AlertOut, operation_id="getAlert")
def get_alert(request: ApiRequest, alert: UUID) -> Alert:
    """One alert."""
    return _alert(request, alert)


@operations.write(
    "/alerts/{uuid:alert}/release",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM,
    answer=AlertOut,
    operation_id="releaseAlert",
)
def release(request: ApiRequest, alert: UUID) -> Alert:
    """Send what is held. 409 when it is not held any more."""
    return actions.release_alert(alert=_alert(request, alert), by=request.actor)


class Because(Schema):
    """Why; it is kept."""

    reason: Reason


@operations.write(
    "/alerts/{uuid:alert}/decline",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM,
    answer=AlertOut,
    operation_id="declineAlert",
)
def decline(request: ApiRequest, alert: UUID, because: Because) -> Alert:
    """Do not send what is held."""
    return actions.decline_alert(alert=_alert(request, alert), by=request.actor, reason=because.reason)


@operations.write(
    "/alerts/{uuid:alert}/withdraw",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM,
    answer=AlertOut,
    operation_id="withdrawAlert",
)
def withdraw(request: ApiRequest, alert: UUID, because: Because) -> Alert:
    """Withdraw what was sent: everybody who was told gets the correction, which is the answer."""
    return actions.withdraw_alert(alert=_alert(request, alert), by=request.actor, reason=because.reason)


def _alert(request: ApiRequest, key: UUID) -> Alert:
    found: Alert = visible(Alert.objects.all(), request, key)
    return found
