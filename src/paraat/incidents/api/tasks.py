"""Tasks of cases: what is to be done, and saying that it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.incidents.actions import tasks as actions
from paraat.incidents.models import Task
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, TlpLabel, page, visible

operations = Operations(tags=["tasks of cases"])


class CaseTask(Answer):
    """Something to do in a case."""

    id: UUID
    case: UUID = Field(validation_alias="case_id")
    key: str = Field(description="playbook and step it came from; empty: written by hand")
    title: str
    text: str
    state: str
    owner: UUID | None = Field(validation_alias="owner_id")
    assigned_to: UUID | None = Field(
        validation_alias="assigned_to_id", description="the organisation that does it; null: the team"
    )
    waits: bool = Field(False, description="whether a task that comes first is still open")
    due_at: datetime | None
    done_at: datetime | None
    done_by: str
    outcome: str
    tlp: TlpLabel
    exercise: bool


class CaseTaskFilter(Part):
    """Which tasks."""

    state: Literal["open", "done", "dropped"] | None = None
    case: UUID | None = None


@operations.read(
    "/case-tasks",
    scope=Scope.TASKS_READ,
    roles=WATCHES | {Role.SPOC, Role.PROVIDER},
    answer=Page[CaseTask],
    operation_id="listCaseTasks",
)
def list_tasks(request: ApiRequest, which: Query[CaseTaskFilter]) -> dict[str, Any]:
    """Tasks of cases, the first due first. Who is not of the team gets those of its own organisation."""
    rows = Task.objects.visible_to(request.viewer).annotate(waits=actions.waiting_on())
    if not request.viewer.has(*WATCHES):
        rows = rows.filter(assigned_to__in=list(request.viewer.own))
    if which.state:
        rows = rows.filter(state=which.state)
    if which.case:
        rows = rows.filter(case=which.case)
    return page(rows.order_by("due_at", "pk"), which)


class Finished(Schema):
    """What came of it."""

    outcome: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$")] = ""


@operations.write(
    "/case-tasks/{uuid:task}/finish",
    scope=Scope.TASKS_WRITE,
    roles=TEAM | {Role.SPOC, Role.PROVIDER},
    answer=CaseTask,
    operation_id="finishCaseTask",
)
def finish(request: ApiRequest, task: UUID, what: Finished) -> Task:
    """It is done. 409 when a task before it is open, or when it was done already."""
    row: Task = visible(Task.objects.select_related("case"), request, task)
    if not request.viewer.is_team and row.assigned_to_id not in request.viewer.own:
        raise NotFound()
    return actions.finish_task(task=row, by=request.actor, outcome=what.outcome)
