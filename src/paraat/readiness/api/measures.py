"""Measures: listed, read, planned, done, verified by another person, and proven."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid, NotAllowed
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness import measure_rights as rights
from paraat.readiness.actions import measures_states as states
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.actions.measures_evidence import add_measure_evidence
from paraat.readiness.models import Finding, Measure, MeasureEvidence
from paraat.readiness.rules import measures as rules
from paraat.registry.models import Contact, Organisation

operations = Operations(tags=["measures"])
Words = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$", strip_whitespace=True)]

DEEDS: dict[str, Callable[..., Measure]] = {
    "begin": lambda row, by, _because: states.begin_measure(measure=row, by=by),
    "done": lambda row, by, because: states.finish_measure(measure=row, by=by, because=because),
    "verify": lambda row, by, because: states.verify_measure(measure=row, by=by, because=because),
    "refuse": lambda row, by, because: states.refuse_measure(measure=row, by=by, because=because),
    "drop": lambda row, by, because: states.drop_measure(measure=row, by=by, because=because),
    "reopen": lambda row, by, because: states.reopen_measure(measure=row, by=by, because=because),
    "undo": lambda row, by, _because: states.undo_measure(measure=row, by=by),
}
LOOKING = frozenset({"verify", "refuse"})


class MeasureOut(Answer):
    """A measure: who does what by when, and who saw that it is done."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id")
    title: str
    topic: str
    state: str = Field(description="planned, going, done (somebody says so), verified (by another person) or dropped")
    owner: UUID | None = Field(validation_alias="owner_id")
    owner_name: str
    due_on: date | None
    first_due_on: date | None = Field(description="what was promised first")
    days_late: int = Field(validation_alias="behind")
    delay: str
    cost: Decimal | None
    cost_yearly: Decimal | None
    every: int | None = Field(description="months after which it comes back, once verified")
    supplier: UUID | None = Field(validation_alias="supplier_id", description="what it waits for")
    created_at: datetime
    done_at: datetime | None
    done_by: str
    verified_at: datetime | None
    verified_by: str
    ended_because: str
    version: int
    tlp: TlpLabel
    exercise: bool


class ProofOut(Answer):
    """A proof; a newer one never replaces an older one."""

    revision: int
    name: str
    sha256: str = Field(validation_alias="digest")
    size: int
    added_at: datetime
    added_by: str


class MeasureWholeOut(MeasureOut):
    """One measure with its text and proofs."""

    text: str
    proofs: list[ProofOut]


class MeasureFilter(Part):
    """Which measures."""

    state: Plain = Field("", max_length=8, description="a state, or open")
    organisation: UUID | None = None
    late: bool = False


@operations.read(
    "/measures", scope=Scope.READINESS_READ, roles=rights.READS, answer=Page[MeasureOut], operation_id="listMeasures"
)
def list_measures(request: ApiRequest, which: Query[MeasureFilter]) -> dict[str, Any]:
    """Measures that you may see, by due day."""
    rows = Measure.objects.visible_to(request.viewer)
    rows = rows.open() if which.state == "open" else rows.filter(state=which.state) if which.state else rows
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    today = moment.today()
    rows = rows.open().filter(due_on__lt=today) if which.late else rows
    found = page(rows.order_by("due_on", "pk"), which)
    for row in found["items"]:
        row.behind = rules.days_late(row.state, row.due_on, today)
    return found


@operations.read(
    "/measures/{uuid:measure}",
    scope=Scope.READINESS_READ,
    roles=rights.READS,
    answer=MeasureWholeOut,
    operation_id="getMeasure",
)
def get_measure(request: ApiRequest, measure: UUID) -> Measure:
    """One measure with its proofs."""
    return _whole(_row(request, measure))


def _row(request: ApiRequest, measure: UUID) -> Measure:
    row: Measure = visible(Measure.objects.select_related("organisation", "owner"), request, measure)
    return row


def _whole(row: Any) -> Measure:
    row.behind = rules.days_late(row.state, row.due_on, moment.today())
    row.proofs = list(row.evidence.all())
    found: Measure = row
    return found


class MeasureIn(Schema):
    """A measure that is planned."""

    organisation: UUID
    title: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)
    ]
    text: Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\u0000]*$")] = ""
    owner: UUID | None = Field(None, description="a contact on file of this organisation")
    owner_name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)] = ""
    due_on: date | None = None
    cost: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    cost_yearly: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    every: int | None = Field(None, ge=1, le=120)
    topic: Literal[
        "signing_in",
        "backups",
        "updates",
        "access",
        "network",
        "watching",
        "old",
        "continuity",
        "people",
        "suppliers",
        "governance",
        "other",
    ] = "other"
    findings: list[UUID] = Field(default=[], max_length=50)


@operations.write(
    "/measures",
    scope=Scope.READINESS_WRITE,
    roles=rights.WORKS,
    answer=MeasureWholeOut,
    status=201,
    operation_id="planMeasure",
)
def plan(request: ApiRequest, given: MeasureIn) -> Measure:
    """Plan a measure of an organisation that you act for; its reminders are planned with it."""
    organisation = Organisation.objects.visible_to(request.viewer).filter(pk=given.organisation).first()
    if organisation is None or not rights.works_for(request.viewer, organisation):
        raise Http404
    findings = list(Finding.objects.visible_to(request.viewer).filter(pk__in=given.findings).select_related("control"))
    if len(findings) != len(set(given.findings)):
        raise Invalid("There is no such finding", field="findings")
    values = given.model_dump(exclude={"organisation", "owner", "findings"})
    row = plan_measure(
        organisation=organisation,
        owner=_owner(organisation, given.owner),
        findings=findings,
        by=request.actor,
        **values,
    )
    return _whole(row)


def _owner(organisation: Organisation, owner: UUID | None) -> Contact | None:
    if owner is None:
        return None
    found: Contact | None = Contact.objects.answering().filter(pk=owner, organisation=organisation).first()
    if found is None:
        raise Invalid("This contact is of another organisation", field="owner")
    return found


class MeasureStateIn(Schema):
    """What happened to it."""

    deed: Literal["begin", "done", "verify", "refuse", "drop", "reopen", "undo"]
    because: Words = Field("", description="wanted by refuse, drop and reopen; and by verify where there is no proof")


@operations.write(
    "/measures/{uuid:measure}/state",
    scope=Scope.READINESS_WRITE,
    roles=rights.VERIFIES,
    answer=MeasureWholeOut,
    operation_id="changeMeasureState",
)
def change_state(request: ApiRequest, measure: UUID, given: MeasureStateIn) -> Measure:
    """Do one thing with its state. 403 for who said that it is done and would verify it; 409 when it stands otherwise."""
    row = _row(request, measure)
    may = rights.verifies if given.deed in LOOKING else rights.works
    if not may(request.viewer, row):
        raise NotAllowed("This account may not do that")
    by: Actor = request.actor
    return _whole(DEEDS[given.deed](row, by, given.because))


class ProofIn(Schema):
    """What comes with a proof."""

    name: Plain = Field(min_length=1, max_length=255)
    sha256: Plain = Field("", max_length=64, description="when given, what arrives must have this digest")


@operations.write(
    "/measures/{uuid:measure}/evidence",
    scope=Scope.READINESS_WRITE,
    roles=rights.WORKS,
    answer=ProofOut,
    status=201,
    operation_id="addMeasureEvidence",
    openapi_extra={
        "requestBody": {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "required": True,
        }
    },
)
def add_evidence(request: ApiRequest, measure: UUID, about: Query[ProofIn]) -> MeasureEvidence:
    """Add a proof: its bytes are the body, as they are. It becomes the next revision."""
    row = _row(request, measure)
    if not rights.works(request.viewer, row):
        raise NotAllowed("This account may not do that")
    return add_measure_evidence(measure=row, name=about.name, stream=request, by=request.actor, digest=about.sha256)
