"""Announcements: written, approved by a second person where they go to many, sent."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.api.alerts import AlertOut
from paraat.alerts.models import Alert
from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import LABELLED, TEAM, Role
from paraat.platform.api import ApiRequest, Moment, Operations, Scope, TlpLabel, visible
from paraat.registry.models import Organisation

operations = Operations(tags=["announcements"])
Language = Literal["nl", "fr", "de", "en"]
Line = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$")]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\u0000]*$")]


class Audience(Schema):
    """To whom; several narrow it down."""

    all: bool = False
    province: str = Field("", max_length=5, description="NIS of the province", pattern="^[0-9]*$")
    kind: Organisation.Kind | None = None
    supplier: UUID | None = Field(None, description="the customers of this supplier")

    def as_rules_say(self) -> dict[str, object]:
        """The audience as the action takes it."""
        said: dict[str, object] = {"all": True} if self.all else {}
        said |= {name: value for name in ("province", "kind") if (value := getattr(self, name))}
        return said | ({"supplier": str(self.supplier)} if self.supplier else {})


class Draft(Schema):
    """What to say, to whom."""

    audience: Audience
    title: dict[Language, Line]
    text: dict[Language, Text]
    severity: int = Field(ge=0, le=5)
    tlp: TlpLabel
    valid_until: Moment | None = None
    sender: UUID | None = Field(None, description="the partner in whose name it goes; a partner's own when left out")
    exercise: bool = False


@operations.write(
    "/announcements",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM | {Role.PARTNER},
    answer=AlertOut,
    status=201,
    operation_id="draftAnnouncement",
)
def draft(request: ApiRequest, what: Draft) -> Alert:
    """Write an announcement; nothing is sent yet. A partner writes in the name of its own organisation."""
    return actions.draft_announcement(
        by=request.actor,
        author=cast("User", request.user),
        sender=_sender(request, what.sender),
        audience=what.audience.as_rules_say(),
        title=cast("dict[str, str]", what.title),
        text=cast("dict[str, str]", what.text),
        severity=what.severity,
        tlp=LABELLED[what.tlp],
        valid_until=what.valid_until,
        exercise=what.exercise,
    )


def _sender(request: ApiRequest, asked: UUID | None) -> Organisation | None:
    if asked is None and request.viewer.is_team:
        return None
    partners = Organisation.objects.filter(kind=Organisation.Kind.PARTNER)
    own = partners if request.viewer.is_team else partners.filter(pk__in=request.viewer.own)
    found: Organisation | None = (own.filter(pk=asked) if asked else own.order_by("pk")).first()
    if found is None:
        raise NotAllowed("You do not write for this organisation")
    return found


@operations.write(
    "/announcements/{uuid:alert}/approve",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM,
    answer=AlertOut,
    operation_id="approveAnnouncement",
)
def approve(request: ApiRequest, alert: UUID) -> Alert:
    """The second person's yes. 403 for its author, 409 when it waits for none."""
    found = visible(Alert.objects.all(), request, alert)
    return actions.approve_announcement(alert=found, by=request.actor, officer=cast("User", request.user))


@operations.write(
    "/announcements/{uuid:alert}/send",
    scope=Scope.ALERTS_WRITE,
    roles=TEAM,
    answer=AlertOut,
    operation_id="sendAnnouncement",
)
def send(request: ApiRequest, alert: UUID) -> Alert:
    """Send it. 403 when a second person has to approve first, 409 when it is no draft any more."""
    return actions.send_announcement(alert=visible(Alert.objects.all(), request, alert), by=request.actor)
