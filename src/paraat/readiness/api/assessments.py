"""Assessments: listed, read with their answers, opened, answered one by one with a version, submitted, and set beside each other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import WATCHES, Role
from paraat.platform.api import Answer as Out
from paraat.platform.api import ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness import assessing
from paraat.readiness.actions import assessments as actions
from paraat.readiness.models import Answer, Assessment, Edition
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules import comparison
from paraat.registry.models import Organisation

operations = Operations(tags=["assessments"])
READS = WATCHES | {Role.SPOC, Role.PROVIDER, Role.ASSESSOR}
ANSWERS = frozenset({Role.SPOC, Role.PROVIDER, Role.ASSESSOR})
Words = Annotated[str, StringConstraints(max_length=8000, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Name = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class AssessmentOut(Out):
    """An assessment: who measured whom with what, and how far it is."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id")
    edition: UUID = Field(validation_alias="edition_id")
    framework: str
    level: str
    kind: str = Field(description="self, provider or external")
    state: str = Field(description="open, submitted or closed")
    author: UUID | None = Field(validation_alias="author_id", description="the provider, or the auditor's firm")
    previous: UUID | None = Field(validation_alias="previous_id")
    opened_at: datetime
    due_on: date | None
    submitted_at: datetime | None
    asked: int
    answered: int
    untestable: int = Field(description="of those answered: could not be tested, which is not fine")
    errors: int = Field(description="of those answered: the test failed, which is not fine")
    tlp: TlpLabel
    exercise: bool


class AssessmentWholeOut(AssessmentOut):
    """One assessment with its frozen result, where you may read its answers."""

    result: dict[str, Any]


class AnswerOut(Schema):
    """What was answered to one control."""

    control: str
    status: str
    documentation: int | None
    implementation: int | None
    explanation: str
    explained_until: date | None
    common: bool = Field(description="as the provider answered for all of its customers")
    version: int = Field(description="send it back with what you save")
    saved_at: datetime | None
    saved_by: str


class AssessmentFilter(Part):
    """Which assessments."""

    organisation: UUID | None = None
    kind: Literal["self", "provider", "external"] | None = None
    state: Literal["open", "submitted", "closed"] | None = None
    framework: Plain = Field("", max_length=40)
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/assessments", scope=Scope.READINESS_READ, roles=READS, answer=Page[AssessmentOut], operation_id="listAssessments"
)
def list_assessments(request: ApiRequest, which: Query[AssessmentFilter]) -> dict[str, Any]:
    """Assessments that you may know of, newest first."""
    rows = assessing.seen(request.viewer)
    named = {
        "organisation": which.organisation,
        "kind": which.kind,
        "state": which.state,
        "edition__framework__key": which.framework or None,
    }
    rows = rows.filter(**{name: value for name, value in named.items() if value is not None})
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    found = page(rows.order_by("-opened_at", "pk"), which)
    return found | {"items": [_shown(request, row) for row in found["items"]]}


def _shown(request: ApiRequest, row: Assessment) -> Assessment:
    """With its framework; what an audit that goes on found is its auditor's, and so are figures of it."""
    row.framework = row.edition.framework.key  # type: ignore[attr-defined]  # for the answer
    if not rules.reads_answers(request.viewer, assessing.whose(row)):
        row.untestable, row.errors, row.result = 0, 0, {}
    return row


@operations.read(
    "/assessments/{uuid:assessment}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=AssessmentWholeOut,
    operation_id="getAssessment",
)
def get_assessment(request: ApiRequest, assessment: UUID) -> Assessment:
    """One assessment. The result of an audit that goes on is its auditor's."""
    return _shown(request, visible(assessing.seen(request.viewer), request, assessment))


@operations.read(
    "/assessments/{uuid:assessment}/answers",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=Page[AnswerOut],
    operation_id="listAnswers",
)
def list_answers(request: ApiRequest, assessment: UUID, which: Query[Part]) -> dict[str, Any]:
    """Every answer in the order of the edition, with the version that you send back when you save it."""
    one = assessing.readable(request.viewer, assessment)
    rows = Answer.objects.filter(assessment=one).select_related("control").order_by("control__position", "pk")
    found = page(rows, which)
    return found | {"items": [_out(row) for row in found["items"]]}


def _out(row: Answer) -> dict[str, Any]:
    names = (
        "status",
        "documentation",
        "implementation",
        "explanation",
        "explained_until",
        "common",
        "version",
        "saved_at",
        "saved_by",
    )
    return {"control": row.control.identifier} | {name: getattr(row, name) for name in names}


class AnswerIn(Schema):
    """What is saved of one answer; what is left out stays as it is."""

    control: Name
    version: int = Field(ge=0, le=1_000_000, description="of the answer as you read it; an older one is a 409")
    status: Literal["open", "met", "partly", "not_met", "not_applicable", "not_testable", "error"] | None = None
    documentation: int | None = Field(None, ge=1, le=5)
    implementation: int | None = Field(None, ge=1, le=5)
    explanation: Words | None = None
    explained_until: date | None = None


@operations.write(
    "/assessments/{uuid:assessment}/answers",
    scope=Scope.READINESS_WRITE,
    roles=ANSWERS,
    answer=AnswerOut,
    operation_id="saveAnswer",
)
def save_answer(request: ApiRequest, assessment: UUID, given: AnswerIn) -> dict[str, Any]:
    """Save one answer. Only whose assessment it is: a SPOC, a provider for a customer that agreed, the auditor of the audit."""
    one = _mine(request, assessment)
    row = (
        Answer.objects.filter(assessment=one, control__identifier=given.control)
        .select_related("control", "assessment")
        .first()
    )
    if row is None:
        raise Http404
    fields = given.model_dump(exclude={"control", "version"}, exclude_unset=True)
    fields = {
        name: value for name, value in fields.items() if value is not None or name not in {"status", "explanation"}
    }
    return _out(actions.save_answer(answer=row, version=given.version, by=request.actor, **fields))


def _mine(request: ApiRequest, assessment: UUID) -> Assessment:
    one: Assessment = visible(assessing.seen(request.viewer), request, assessment)
    if not rules.answers(request.viewer, assessing.whose(one)):
        raise NotAllowed("It is not yours to answer")
    return one


class AssessmentIn(Schema):
    """A self-assessment that is opened."""

    organisation: UUID
    edition: UUID
    level: Name = ""
    due_on: date | None = None


@operations.write(
    "/assessments",
    scope=Scope.READINESS_WRITE,
    roles=frozenset({Role.DUTY_OFFICER, Role.COORDINATOR, Role.SPOC}),
    answer=AssessmentOut,
    status=201,
    operation_id="openAssessment",
)
def open_assessment(request: ApiRequest, given: AssessmentIn) -> Assessment:
    """Open a self-assessment: a SPOC for its own organisation, the team for any constituent. 409 while one is open."""
    towns = Organisation.objects.constituents().visible_to(request.viewer)
    town = (
        (towns if request.viewer.is_team else towns.filter(pk__in=request.viewer.own))
        .filter(pk=given.organisation)
        .first()
    )
    edition = Edition.objects.select_related("framework").filter(pk=given.edition).first()
    if town is None or edition is None:
        raise Http404
    made = actions.open_assessment(
        organisation=town, edition=edition, kind="self", level=given.level, due_on=given.due_on, by=request.actor
    )
    return _shown(request, made)


@operations.write(
    "/assessments/{uuid:assessment}/submit",
    scope=Scope.READINESS_WRITE,
    roles=ANSWERS,
    answer=AssessmentWholeOut,
    operation_id="submitAssessment",
)
def submit_assessment(request: ApiRequest, assessment: UUID) -> Assessment:
    """Freeze its result."""
    return _shown(request, actions.submit_assessment(assessment=_mine(request, assessment), by=request.actor))


class SaidOut(Schema):
    """What each assessment says of one control; null where it was not asked."""

    control: str
    difference: Literal["alone", "same", "scores", "unclear", "status"]
    said: dict[str, str | None] = Field(description="by kind of assessment")


class BesideOut(Schema):
    """Assessments of one constituent beside each other, the widest differences first."""

    assessments: dict[str, UUID]
    controls: list[SaidOut]


@operations.read(
    "/assessments/{uuid:assessment}/beside",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=BesideOut,
    operation_id="compareAssessment",
)
def compare(request: ApiRequest, assessment: UUID) -> dict[str, Any]:
    """Self-assessment, provider and auditor of the same framework, as far as you may read them."""
    return compared(assessing.beside(request.viewer, assessing.readable(request.viewer, assessment)))


def compared(columns: dict[str, Assessment]) -> dict[str, Any]:
    """The comparison as JSON; the command line prints the same."""
    said = assessing.said_by(columns.values())
    order = list(dict.fromkeys(name for one in columns.values() for name in said[one.pk]))
    lines = comparison.beside(order, [said[one.pk] for one in columns.values()])
    return {
        "assessments": {kind: one.pk for kind, one in columns.items()},
        "controls": [
            {
                "control": line.identifier,
                "difference": line.difference.name.lower(),
                "said": {kind: it.status if it else None for kind, it in zip(columns, line.said, strict=True)},
            }
            for line in lines
        ],
    }
