"""The call list: whom the team must phone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.models import CallLine
from paraat.kernel.marking import TEAM, WATCHES
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, page, visible

operations = Operations(tags=["calls"])


class Call(Answer):
    """A line of the call list."""

    id: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    address: str = Field(description="the number to phone; empty when none is on file")
    severity: int
    exercise: bool
    since: datetime
    not_before: datetime | None
    attempts: int
    claimed_by: UUID | None = Field(validation_alias="claimed_by_id")
    claimed_at: datetime | None
    closed_at: datetime | None
    outcome: str
    spoke_to: str
    note: str


class CallFilter(Part):
    """Which lines."""

    open: bool = Field(True, description="only those still to be phoned")


@operations.read("/calls", scope=Scope.ALERTS_READ, roles=WATCHES, answer=Page[Call], operation_id="listCalls")
def list_calls(request: ApiRequest, which: Query[CallFilter]) -> dict[str, Any]:
    """The call list, worst first."""
    rows = CallLine.objects.visible_to(request.viewer)
    return page((rows.open() if which.open else rows).order_by("-severity", "since", "pk"), which)


@operations.write(
    "/calls/{uuid:line}/claim", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=Call, operation_id="claimCall"
)
def claim(request: ApiRequest, line: UUID) -> CallLine:
    """ "I am calling." 409 when somebody else is."""
    return actions.claim_call(line=_line(request, line), by=request.actor, officer=cast("User", request.user))


@operations.write(
    "/calls/{uuid:line}/release", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=Call, operation_id="releaseCall"
)
def release(request: ApiRequest, line: UUID) -> CallLine:
    """Give the line back without having called."""
    return actions.release_call(line=_line(request, line), by=request.actor)


class Outcome(Schema):
    """What came of it."""

    outcome: Literal["acknowledged", "no_answer", "wrong_number", "call_back", "code_word_wrong"]
    spoke_to: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$")] = ""
    note: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$")] = ""


@operations.write(
    "/calls/{uuid:line}/close", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=Call, operation_id="closeCall"
)
def close(request: ApiRequest, line: UUID, what: Outcome) -> CallLine:
    """Note what came of the call."""
    return actions.close_call(
        line=_line(request, line),
        by=request.actor,
        outcome=what.outcome,
        spoke_to=what.spoke_to,
        note=what.note,
    )


def _line(request: ApiRequest, key: UUID) -> CallLine:
    found: CallLine = visible(CallLine.objects.all(), request, key)
    return found
