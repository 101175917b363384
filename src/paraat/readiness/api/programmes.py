"""Programmes: offered, signed up for, answered, climbed; and their figures as of a day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.kernel.errors import Invalid
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness import figures
from paraat.readiness.actions import programmes_answers as answers
from paraat.readiness.actions.programmes_steps import record_step
from paraat.readiness.models import Participation, Programme
from paraat.registry.models import Organisation

operations = Operations(tags=["programmes"])
READS = WATCHES | {Role.SPOC}
ANSWERS = TEAM | {Role.SPOC}
Words = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class ProgrammeOut(Answer):
    """Something that is offered to constituents."""

    key: str
    title: dict[str, str] = Field(description="per language")
    about: dict[str, str]
    rules: dict[str, str] = Field(description="share, cap, again, again_cap, reserve, selection")
    source: str
    closed_at: datetime | None


class ParticipationOut(Answer):
    """A constituent in a programme."""

    id: UUID
    programme: str
    organisation: UUID = Field(validation_alias="organisation_id")
    turn: int = Field(description="2: an extra one")
    state: str = Field(description="going, waiting, equivalent, declined, silent, done or ended")
    state_at: datetime
    step: str = Field(description="the furthest that is recorded")
    equivalent: str
    equivalent_until: date | None
    because: str
    tlp: TlpLabel
    exercise: bool


class ProgrammeStepOut(Answer):
    """A step that was reached."""

    name: str
    on: date
    source: str
    recorded_at: datetime
    undone_at: datetime | None
    undone_because: str


class CommitmentOut(Answer):
    """Money that was promised, paid or released, in euro."""

    year: int
    price: Decimal | None
    amount: Decimal
    state: str
    paid_on: date | None


class ParticipationWholeOut(ParticipationOut):
    """One participation with its steps and money."""

    steps: list[ProgrammeStepOut]
    commitments: list[CommitmentOut]


class ProgrammeFilter(Part):
    """Which programmes."""

    open: bool | None = None


class ParticipationFilter(Part):
    """Which participations."""

    programme: Plain = Field("", max_length=40)
    state: Plain = Field("", max_length=10)
    organisation: UUID | None = None


class FiguresOf(Schema):
    """The day of the figures."""

    as_of: date | None = Field(None, ge=date(1970, 1, 1), le=date(2199, 12, 31), description="today when left out")


@operations.read(
    "/programmes", scope=Scope.READINESS_READ, roles=READS, answer=Page[ProgrammeOut], operation_id="listProgrammes"
)
def list_programmes(request: ApiRequest, which: Query[ProgrammeFilter]) -> dict[str, Any]:  # noqa: ARG001  # ninja gives it
    """What is offered, by key."""
    rows = Programme.objects.order_by("key")
    return page(rows if which.open is None else rows.filter(closed_at__isnull=which.open), which)


@operations.read(
    "/programmes/{slug:programme}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=ProgrammeOut,
    operation_id="getProgramme",
)
def get_programme(request: ApiRequest, programme: str) -> Programme:  # noqa: ARG001  # ninja gives it
    """One programme, by its key."""
    return _programme(programme)


@operations.read(
    "/programme-figures",
    scope=Scope.READINESS_READ,
    roles=WATCHES,
    answer=dict[str, Any],
    operation_id="getProgrammeFigures",
)
def get_figures(request: ApiRequest, which: Query[FiguresOf]) -> dict[str, Any]:  # noqa: ARG001  # ninja gives it
    """Per programme and step the count, the denominator, the definition and the source; unions of two; how everybody stands."""
    return figures.as_data(figures.picture(which.as_of))


@operations.read(
    "/participations",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=Page[ParticipationOut],
    operation_id="listParticipations",
)
def list_participations(request: ApiRequest, which: Query[ParticipationFilter]) -> dict[str, Any]:
    """Participations that you may see."""
    rows = Participation.objects.visible_to(request.viewer).select_related("programme")
    rows = rows.filter(programme__key=which.programme) if which.programme else rows
    rows = rows.filter(state=which.state) if which.state else rows
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    found = page(rows.order_by("programme__key", "pk"), which)
    found["items"] = [_shown(row) for row in found["items"]]
    return found


@operations.read(
    "/participations/{uuid:participation}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=ParticipationWholeOut,
    operation_id="getParticipation",
)
def get_participation(request: ApiRequest, participation: UUID) -> dict[str, Any]:
    """One participation with every step, undone ones too, and its money."""
    return _whole(_row(request, participation))


class SignUpIn(Schema):
    """Signing up."""

    organisation: UUID
    price: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2, description="of the offer, VAT included")
    turn: Literal[1, 2] = Field(1, description="2: an extra one, after the first is carried out")


@operations.write(
    "/programmes/{slug:programme}/sign-up",
    scope=Scope.READINESS_WRITE,
    roles=ANSWERS,
    answer=ParticipationWholeOut,
    status=201,
    operation_id="signUp",
)
def sign_up(request: ApiRequest, programme: str, given: SignUpIn) -> dict[str, Any]:
    """Sign up an organisation that you act for; without money left its state is waiting."""
    row = answers.sign_up(
        programme=_programme(programme),
        organisation=_town(request, given.organisation),
        price=given.price,
        turn=given.turn,
        by=request.actor,
    )
    return _whole(row)


class ProgrammeAnswerIn(Schema):
    """An answer that is no sign-up."""

    organisation: UUID
    kind: Literal["equivalent", "declined"]
    which: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$", strip_whitespace=True)] = Field(
        "", description="which equivalent; wanted by it"
    )
    until: date | None = Field(None, le=date(2199, 12, 31), description="until when the equivalent counts")
    because: Words = Field("", description="wanted by declined")


@operations.write(
    "/programmes/{slug:programme}/answer",
    scope=Scope.READINESS_WRITE,
    roles=ANSWERS,
    answer=ParticipationWholeOut,
    operation_id="answerProgramme",
)
def answer(request: ApiRequest, programme: str, given: ProgrammeAnswerIn) -> dict[str, Any]:
    """Say that an organisation that you act for has its own equivalent, or does not take part now."""
    common: dict[str, Any] = {
        "programme": _programme(programme),
        "organisation": _town(request, given.organisation),
        "by": request.actor,
    }
    if given.kind == "equivalent":
        row = answers.claim_equivalent(which=given.which, until=given.until, because=given.because, **common)
    else:
        row = answers.decline(because=given.because, **common)
    return _whole(row)


class ProgrammeStepIn(Schema):
    """A step that was reached."""

    name: Literal["invited", "ordered", "carried-out", "report", "invoiced"]
    on: date | None = Field(None, ge=date(1970, 1, 1), le=date(2199, 12, 31), description="today when left out")


@operations.write(
    "/participations/{uuid:participation}/steps",
    scope=Scope.READINESS_WRITE,
    roles=TEAM,
    answer=ParticipationWholeOut,
    status=201,
    operation_id="recordProgrammeStep",
)
def step(request: ApiRequest, participation: UUID, given: ProgrammeStepIn) -> dict[str, Any]:
    """Record a step; signing up and paying have their own ways."""
    row = _row(request, participation)
    record_step(participation=row, name=given.name, on=given.on, by=request.actor)
    return _whole(_row(request, participation))


# Finding and showing --------------------------------------------------------------------------------------------------------------
def _programme(key: str) -> Programme:
    found: Programme | None = Programme.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _town(request: ApiRequest, organisation: UUID) -> Organisation:
    """Whom the caller acts for: a SPOC its own, the team anybody. Raises Invalid; whether the organisation exists is not said."""
    rows = Organisation.objects.visible_to(request.viewer).filter(pk=organisation)
    if not request.viewer.is_team:
        rows = rows.filter(pk__in=request.viewer.own)
    found: Organisation | None = rows.first()
    if found is None:
        raise Invalid("You do not act for this organisation", field="organisation")
    return found


def _row(request: ApiRequest, participation: UUID) -> Participation:
    row: Participation = visible(Participation.objects.select_related("programme"), request, participation)
    return row


def _shown(row: Participation) -> dict[str, Any]:
    names = ("id", "organisation_id", "turn", "state", "state_at", "step", "equivalent", "equivalent_until", "because")
    return {name: getattr(row, name) for name in (*names, "tlp", "exercise")} | {"programme": row.programme.key}


def _whole(row: Participation) -> dict[str, Any]:
    row.refresh_from_db()
    money = [
        {"year": one.budget.year, "price": one.price, "amount": one.amount, "state": one.state, "paid_on": one.paid_on}
        for one in row.commitments.select_related("budget")
    ]
    return _shown(row) | {"steps": list(row.steps.all()), "commitments": money}
