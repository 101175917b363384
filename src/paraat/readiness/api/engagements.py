"""Engagements: read, asked whether a target may be touched, stopped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness.actions.stopping import stop_testing
from paraat.readiness.actions.target_checks import ask_target
from paraat.readiness.models import Engagement, TargetCheck

operations = Operations(tags=["engagements"])
READS = frozenset({*WATCHES, Role.SPOC, Role.TESTER})
ACTS = frozenset({*TEAM, Role.SPOC, Role.TESTER})
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\u0000]*\S[^\u0000]*$", strip_whitespace=True)
]
TargetText = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\u0000]*\S[^\u0000]*$")]


class EngagementOut(Answer):
    """An engagement of ethical hacking. Nothing may be tested unless its state is going, and then only what a question allowed."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id")
    title: str
    state: str = Field(description="draft, authorised, going, stopped, reporting or closed")
    starts_on: date | None
    ends_on: date | None = Field(description="the last day")
    allowed: list[str] = Field(description="methods that are allowed; what is in neither list is not")
    forbidden: list[str]
    social_engineering: bool
    stop_phone: str
    stopped_at: datetime | None
    stopped_because: str
    closed_at: datetime | None
    tlp: TlpLabel
    exercise: bool


class TargetAnswer(Answer):
    """A question that was asked before a target was touched, and its answer."""

    id: UUID
    target: str
    method: str
    allowed: bool
    reason: str = Field(description="in_scope, or why not")
    because: str = Field(description="what it hung on: a line of the scope, a day")
    at: datetime
    by: str


class EngagementFilter(Part):
    """Which engagements."""

    state: Plain = Field("", max_length=10)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/engagements", scope=Scope.READINESS_READ, roles=READS, answer=Page[EngagementOut], operation_id="listEngagements"
)
def list_engagements(request: ApiRequest, which: Query[EngagementFilter]) -> dict[str, Any]:
    """Engagements that you may see, newest first; a tester's own, while they last."""
    rows = Engagement.objects.visible_to(request.viewer)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-created_at", "pk"), which)


@operations.read(
    "/engagements/{uuid:engagement}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=EngagementOut,
    operation_id="getEngagement",
)
def get_engagement(request: ApiRequest, engagement: UUID) -> Engagement:
    """One engagement."""
    return _one(request, engagement)


@operations.read(
    "/engagements/{uuid:engagement}/targets",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=Page[TargetAnswer],
    operation_id="listTargetQuestions",
)
def list_targets(request: ApiRequest, engagement: UUID, which: Query[Part]) -> dict[str, Any]:
    """The questions that were asked about targets, newest first."""
    return page(TargetCheck.objects.filter(engagement=_one(request, engagement)).order_by("-at", "pk"), which)


class TargetIn(Schema):
    """A target to ask about: a host, web address, IP address or network; with a method, whether that one is allowed."""

    target: TargetText
    method: Plain = Field("", max_length=40)


@operations.write(
    "/engagements/{uuid:engagement}/targets",
    scope=Scope.READINESS_WRITE,
    roles=ACTS,
    answer=TargetAnswer,
    status=201,
    operation_id="askTarget",
)
def ask(request: ApiRequest, engagement: UUID, given: TargetIn) -> TargetCheck:
    """Ask whether a target may be touched, now. Question and answer are kept."""
    return ask_target(engagement=_acting(request, engagement), by=request.actor, **given.model_dump())


class StopIn(Schema):
    """Why it must stop."""

    because: Words


@operations.write(
    "/engagements/{uuid:engagement}/stop",
    scope=Scope.READINESS_WRITE,
    roles=ACTS,
    answer=EngagementOut,
    operation_id="stopEngagement",
)
def stop(request: ApiRequest, engagement: UUID, given: StopIn) -> Engagement:
    """EMERGENCY STOP: testing stops at once and everybody is told. 409 when it is stopped already."""
    row = _acting(request, engagement)
    key = request.viewer.user if request.viewer.has(Role.TESTER) else None
    user = User.objects.filter(pk=key).first() if key is not None else None
    return stop_testing(engagement=row, because=given.because, by=request.actor, user=user)


def _one(request: ApiRequest, key: UUID) -> Engagement:
    found: Engagement = visible(Engagement.objects.all(), request, key)
    return found


def _acting(request: ApiRequest, key: UUID) -> Engagement:
    """The engagement for the team, its testers and its owner; 403 for who only reads it in another role."""
    row, viewer = _one(request, key), request.viewer
    if not (viewer.is_team or viewer.has(Role.TESTER) or row.organisation_id in viewer.own):
        raise NotAllowed("This account may not do that")
    return row
