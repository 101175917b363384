"""Cases: listed, read, opened, moved, and their timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.states import move_case
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, TimelineEntry
from paraat.kernel.marking import LABELLED, ROOM, TEAM, Role
from paraat.platform.api import (
    Answer,
    ApiRequest,
    Moment,
    Operations,
    Page,
    Part,
    Plain,
    Scope,
    TlpLabel,
    page,
    visible,
)
from paraat.registry.models import Organisation

operations = Operations(tags=["cases"])
READS = ROOM | {Role.SPOC, Role.PROVIDER}
Label = Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\u0000]*$")]


class CaseOut(Answer):
    """An incident at a victim."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id", description="the victim")
    victim: str
    title: str
    summary: str
    classification: str = Field(description="RSIT, class.type")
    severity: int
    confidence: str
    state: str
    tlp: TlpLabel
    exercise: bool
    owner: UUID | None = Field(validation_alias="owner_id")
    happened_at: datetime | None
    opened_at: datetime
    state_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    closed_because: str
    merged_into: UUID | None = Field(validation_alias="merged_into_id")
    split_from: UUID | None = Field(validation_alias="split_from_id")
    version: int


class CaseFilter(Part):
    """Which cases."""

    q: Plain = Field("", max_length=200, description="words, or how they begin")
    state: Plain = Field("", max_length=10)
    active: bool | None = Field(None, description="only those that somebody works on, or only the others")
    severity: int | None = Field(None, ge=0, le=5)
    organisation: UUID | None = Field(None, description="of this victim")
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read("/cases", scope=Scope.CASES_READ, roles=READS, answer=Page[CaseOut], operation_id="listCases")
def list_cases(request: ApiRequest, which: Query[CaseFilter]) -> dict[str, Any]:
    """Cases that you may see, the worst first."""
    rows = Case.objects.visible_to(request.viewer)
    if which.q:
        rows = rows.filter(Case.objects.matching(which.q))
    if which.active is not None:
        rows = rows.open() if which.active else rows.exclude(pk__in=Case.objects.open().values("pk"))
    for name in ("state", "severity", "organisation", "exercise"):
        value = getattr(which, name)
        rows = rows if value in (None, "") else rows.filter(**{name: value})
    return page(rows.order_by("rank", "-opened_at", "pk"), which)


@operations.read("/cases/{uuid:case}", scope=Scope.CASES_READ, roles=READS, answer=CaseOut, operation_id="getCase")
def get_case(request: ApiRequest, case: UUID) -> Case:
    """One case."""
    return _case(request, case)


class CaseIn(Schema):
    """A case to be opened."""

    organisation: UUID = Field(description="the victim")
    title: Line
    summary: Text = ""
    classification: Plain = Field("other.undetermined", max_length=80, description="RSIT, class.type")
    severity: int = Field(3, ge=0, le=5)
    confidence: Literal["low", "medium", "high", "confirmed"] = "low"
    tlp: Label = "TLP:AMBER"
    exercise: bool = False
    happened_at: Moment | None = None
    aware_at: Moment | None = Field(
        None, description="when the victim says that it became aware; its clocks count from it"
    )


@operations.write("/cases", scope=Scope.CASES_WRITE, roles=TEAM, answer=CaseOut, status=201, operation_id="openCase")
def open_one(request: ApiRequest, what: CaseIn) -> Case:
    """Open a case."""
    said = what.model_dump(exclude={"organisation", "tlp"})
    organisation = visible(Organisation.objects.all(), request, what.organisation)
    return open_case(organisation=organisation, by=request.actor, tlp=LABELLED[what.tlp], **said)


class MoveIn(Schema):
    """Where a case goes."""

    to: Literal["opened", "contained", "eradicated", "recovering", "closed", "reopened"]
    because: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$")] = Field(
        "", description="needed to close, to reopen and to go back"
    )


@operations.write(
    "/cases/{uuid:case}/move", scope=Scope.CASES_WRITE, roles=TEAM, answer=CaseOut, operation_id="moveCase"
)
def move(request: ApiRequest, case: UUID, what: MoveIn) -> Case:
    """Move a case to another state. 409 when somebody else moved it first."""
    return move_case(case=_case(request, case), to=what.to, by=request.actor, because=what.because)


class EntryOut(Answer):
    """Something in the timeline of a case."""

    id: UUID
    case: UUID = Field(validation_alias="case_id")
    kind: str
    text: str
    happened_at: datetime | None
    known_at: datetime
    recorded_at: datetime
    recorded_by: str
    corrects: UUID | None = Field(validation_alias="corrects_id")
    came_from: UUID | None = Field(description="the case that it was taken over from")
    tlp: TlpLabel
    exercise: bool


@operations.read(
    "/cases/{uuid:case}/timeline",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[EntryOut],
    operation_id="listTimeline",
)
def list_timeline(request: ApiRequest, case: UUID, which: Query[Part]) -> dict[str, Any]:
    """The timeline of a case, in the order in which things became known; what you may not see is absent."""
    rows = TimelineEntry.objects.visible_to(request.viewer).filter(case=_case(request, case))
    return page(rows.order_by("known_at", "recorded_at", "pk"), which)


class EntryIn(Schema):
    """An entry to be added."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\u0000]*$")]
    kind: Literal["event", "action", "communication"] = "event"
    happened_at: Moment | None = None
    known_at: Moment | None = Field(None, description="when we learnt of it; empty: now")
    tlp: Label | None = Field(None, description="empty: the case's own")
    corrects: UUID | None = Field(None, description="the entry that this one corrects")


@operations.write(
    "/cases/{uuid:case}/timeline",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=EntryOut,
    status=201,
    operation_id="addToTimeline",
)
def add(request: ApiRequest, case: UUID, what: EntryIn) -> TimelineEntry:
    """Add to the timeline of a case."""
    said = what.model_dump(exclude={"tlp", "corrects"})
    wrong = visible(TimelineEntry.objects.all(), request, what.corrects) if what.corrects else None
    return add_entry(
        case=_case(request, case),
        by=request.actor,
        tlp=LABELLED[what.tlp] if what.tlp else None,
        corrects=wrong,
        **said,
    )


def _case(request: ApiRequest, key: UUID) -> Case:
    found: Case = visible(Case.objects.all(), request, key)
    return found
