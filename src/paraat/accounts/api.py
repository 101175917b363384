"""Operations of the API about oneself and about what waits for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field

from paraat.accounts import actions
from paraat.accounts.models import User, WaitingTask
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, page, visible

operations = Operations(tags=["account"])


class Me(Answer):
    """Whose token this is and what it may do."""

    id: UUID
    name: str
    email: str
    language: str
    roles: list[str]
    organisations: list[UUID] = Field(description="the organisations that you act for")
    clients: list[UUID] = Field(description="customers who agreed that you read along")
    scopes: list[str]


@operations.read("/me", scope=Scope.ACCOUNT_READ, roles=Role, answer=Me, operation_id="me")
def me(request: ApiRequest) -> dict[str, Any]:
    """Whose token this is, and what it may do."""
    user, viewer = request.user, request.viewer
    assert isinstance(user, User)  # noqa: S101  # the token's owner
    return {
        "id": user.pk,
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "roles": sorted(viewer.roles),
        "organisations": sorted(viewer.own),
        "clients": sorted(viewer.clients),
        "scopes": sorted(request.scopes),
    }


class Task(Answer):
    """Something that waits for a person of the team."""

    id: UUID
    kind: str
    summary: str
    url: str
    organisation: UUID | None = Field(validation_alias="organisation_id")
    urgent: bool
    exercise: bool
    since: datetime
    taken_by: UUID | None = Field(validation_alias="taken_by_id")
    taken_at: datetime | None
    done_at: datetime | None
    outcome: str


class TaskFilter(Part):
    """Which tasks."""

    open: bool = Field(True, description="only those that nobody has dealt with")
    kind: Plain = Field("", max_length=40)


@operations.read("/tasks", scope=Scope.TASKS_READ, roles=WATCHES, answer=Page[Task], operation_id="listTasks")
def list_tasks(request: ApiRequest, which: Query[TaskFilter]) -> dict[str, Any]:
    """What waits for a person of the team, the urgent first."""
    rows = WaitingTask.objects.visible_to(request.viewer)
    rows = rows.open() if which.open else rows
    return page(rows.filter(kind=which.kind) if which.kind else rows, which)


@operations.write("/tasks/{uuid:task}/take", scope=Scope.TASKS_WRITE, roles=TEAM, answer=Task, operation_id="takeTask")
def take_task(request: ApiRequest, task: UUID) -> WaitingTask:
    """ "I have it": nobody is paged for it any more. 409 when somebody else has it."""
    found: WaitingTask = visible(WaitingTask.objects.all(), request, task)
    assert isinstance(request.user, User)  # noqa: S101  # the token's owner
    actions.take_task(task=found, officer=request.user, by=request.actor)
    found.refresh_from_db()
    return found


class TaskOutcome(Schema):
    """How it was dealt with."""

    outcome: Plain = Field(min_length=1, max_length=300)


@operations.write(
    "/tasks/{uuid:task}/close", scope=Scope.TASKS_WRITE, roles=TEAM, answer=Task, operation_id="closeTask"
)
def close_task(request: ApiRequest, task: UUID, said: TaskOutcome) -> WaitingTask:
    """It has been dealt with. 409 when it was done already."""
    found: WaitingTask = visible(WaitingTask.objects.all(), request, task)
    actions.close_task(task=found, by=request.actor, outcome=said.outcome)
    found.refresh_from_db()
    return found
