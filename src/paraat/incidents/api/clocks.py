"""Statutory clocks: compute moments, see what runs, decide, record facts and submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.incidents import filing, regimes
from paraat.incidents.actions.clocks import confirm_recipient, decide_clock, record_fact
from paraat.incidents.actions.filing import submit_step
from paraat.incidents.models import Clock, ClockFact, ClockStep
from paraat.incidents.rules import clocks as rules
from paraat.incidents.rules.given import WrongFact, read_facts
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Moment, Operations, Page, Part, Plain, Scope, TlpLabel, page

operations = Operations(tags=["statutory clocks"])
READERS = WATCHES | {Role.SPOC}
ACTS = TEAM | {Role.SPOC}
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class FactOut(Answer):
    """A fact that steps count from; it never moves."""

    name: str
    at: datetime
    said_by: str
    recorded_at: datetime


class StepOut(Answer):
    """One submission."""

    id: UUID
    key: str
    article: str
    due_at: datetime | None
    counted: bool = Field(description="due_at rests on a recorded fact and never moves")
    recipient: str
    submitted_at: datetime | None
    submitted_by: str
    receipt: str
    waived_at: datetime | None
    waived_because: str


class ClockOut(Answer):
    """A duty of one organisation after one event."""

    id: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    case: UUID | None = Field(validation_alias="case_id")
    regime: str
    regime_version: str
    state: str
    recipient: str
    recipient_confirmed_at: datetime | None
    because: str
    decided_at: datetime | None
    decided_by: str
    tlp: TlpLabel
    exercise: bool
    facts: list[FactOut]
    steps: list[StepOut]


class ClockFilter(Part):
    """Which clocks."""

    case: UUID | None = None
    organisation: UUID | None = None
    regime: Plain = Field("", max_length=40)
    state: Plain = Field("", max_length=10)
    exercise: bool | None = None


@operations.read("/clocks", scope=Scope.CASES_READ, roles=READERS, answer=Page[ClockOut], operation_id="listClocks")
def list_clocks(request: ApiRequest, which: Query[ClockFilter]) -> dict[str, Any]:
    """Clocks that you may see, newest first, with their facts and steps."""
    rows = _seen(request)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    exact = {name: value for name in ("case", "organisation", "regime", "state") if (value := getattr(which, name))}
    made = page(rows.filter(**exact).order_by("-pk"), which)
    return made | {"items": [_out(clock) for clock in made["items"]]}


class ComputedOut(Answer):
    """One step of a regime with its moment; none while its fact is not given, or where the law names none."""

    step: str
    due: datetime | None
    recipient: str
    article: str


class Compute(Schema):
    """A regime and facts."""

    regime: Plain = Field(max_length=40)
    version: Plain = Field("", max_length=20)
    fact: list[Plain] = Field(default_factory=list, description="NAME=MOMENT, such as aware=2026-01-30T23:30+01:00")
    kind: Plain = Field("", max_length=30, description="the organisation's kind, for the recipient")
    region: Plain = Field("", max_length=5, description="its region, for the recipient")


@operations.read(
    "/clocks/compute", scope=Scope.CASES_READ, roles=READERS, answer=list[ComputedOut], operation_id="computeClock"
)
def compute(request: ApiRequest, what: Query[Compute]) -> list[dict[str, Any]]:  # noqa: ARG001  # the operations' shape
    """The moments of every step of a regime, from facts that are given; nothing is kept."""
    try:
        facts = read_facts(what.fact)
        day = moment.day(min(facts.values(), default=moment.now()))
        regime = regimes.get(what.regime, what.version) if what.version else regimes.current(what.regime, day)
        read_facts(what.fact, regime)
    except WrongFact as error:
        raise Invalid(str(error)) from error
    steps = rules.compute(regime, facts, kind=what.kind, region=what.region)
    return [
        {"step": one.step.key, "due": one.due, "recipient": one.recipient, "article": one.step.article} for one in steps
    ]


@operations.read(
    "/clocks/{uuid:clock}", scope=Scope.CASES_READ, roles=READERS, answer=ClockOut, operation_id="getClock"
)
def get_clock(request: ApiRequest, clock: UUID) -> dict[str, Any]:
    """One clock."""
    return _out(_clock(_seen(request), clock))


class DutyDecision(Schema):
    """Whether the duty exists, as the organisation decides."""

    exists: bool
    said_by: Name = Field(description="who at the organisation decides")
    aware_at: Moment | None = Field(None, description="when it exists: since when the organisation is aware")
    because: Text = Field("", description="when it does not: why")


@operations.write(
    "/clocks/{uuid:clock}/decide", scope=Scope.CASES_WRITE, roles=ACTS, answer=ClockOut, operation_id="decideClock"
)
def decide(request: ApiRequest, clock: UUID, decision: DutyDecision) -> dict[str, Any]:
    """The organisation decides. A SPOC does so for its own organisation, the team on its behalf. 409 when it was decided before."""
    found = _clock(_mine(request), clock)
    decide_clock(clock=found, by=request.actor, **decision.model_dump())
    return _out(_clock(_seen(request), clock))


class RecipientIn(Schema):
    """To whom it goes, and who confirms that."""

    recipient: Name
    said_by: Name


@operations.write(
    "/clocks/{uuid:clock}/recipient",
    scope=Scope.CASES_WRITE,
    roles=ACTS,
    answer=ClockOut,
    operation_id="confirmRecipient",
)
def recipient(request: ApiRequest, clock: UUID, confirmed: RecipientIn) -> dict[str, Any]:
    """The data protection officer confirms the recipient."""
    confirm_recipient(clock=_clock(_mine(request), clock), by=request.actor, **confirmed.model_dump())
    return _out(_clock(_seen(request), clock))


class FactIn(Schema):
    """A fact, when it was so, and who says so."""

    name: Name
    at: Moment
    said_by: Name


@operations.write(
    "/clocks/{uuid:clock}/facts", scope=Scope.CASES_WRITE, roles=ACTS, answer=ClockOut, operation_id="recordFact"
)
def fact(request: ApiRequest, clock: UUID, said: FactIn) -> dict[str, Any]:
    """Record a fact that later steps count from. 409 when it is recorded already: it never moves."""
    record_fact(clock=_clock(_mine(request), clock), by=request.actor, **said.model_dump())
    return _out(_clock(_seen(request), clock))


@operations.read(
    "/clocks/{uuid:clock}/steps/{uuid:step}/form",
    scope=Scope.CASES_READ,
    roles=READERS,
    answer=dict[str, Any],
    operation_id="getSubmissionForm",
)
def form(request: ApiRequest, clock: UUID, step: UUID) -> dict[str, Any]:
    """What the law wants to know, prefilled from the case, as it can be submitted."""
    return filing.data(_step(_clock(_seen(request), clock), step), request.viewer)


class SubmissionIn(Schema):
    """That a step was submitted."""

    at: Moment
    said_by: Name
    receipt: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$")] = ""
    form: dict[Plain, Plain] | None = Field(None, description="as submitted; none: the draft that is kept")


@operations.write(
    "/clocks/{uuid:clock}/steps/{uuid:step}/submit",
    scope=Scope.CASES_WRITE,
    roles=ACTS,
    answer=ClockOut,
    operation_id="submitStep",
)
def submit(request: ApiRequest, clock: UUID, step: UUID, said: SubmissionIn) -> dict[str, Any]:
    """Record a submission with its receipt. Submitting again keeps one more and moves nothing."""
    row = _step(_clock(_mine(request), clock), step)
    submit_step(step=row, at=said.at, said_by=said.said_by, receipt=said.receipt, form=said.form, by=request.actor)
    return _out(_clock(_seen(request), clock))


def _seen(request: ApiRequest) -> QuerySet[Any]:
    rows = Clock.objects.shown_to(request.viewer)
    return rows.select_related("case", "organisation").prefetch_related("facts", "steps")


def _mine(request: ApiRequest) -> QuerySet[Any]:
    """Those that one decides about: all for the team, one's own organisation's for a SPOC."""
    rows = _seen(request)
    return rows if request.viewer.is_team else rows.filter(organisation__in=request.viewer.own)


def _clock(rows: QuerySet[Any], key: UUID) -> Clock:
    found: Clock | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def _step(clock: Clock, key: UUID) -> ClockStep:
    rows = ClockStep.objects.filter(clock=clock, pk=key)
    found: ClockStep | None = rows.select_related("clock__case", "clock__organisation", "organisation").first()
    if found is None:
        raise NotFound()
    return found


def _out(clock: Clock) -> dict[str, Any]:
    """A clock with its rows, as `ClockOut` reads it."""
    names = [name for name in ClockOut.model_fields if name not in {"facts", "steps", "organisation", "case"}]
    facts: list[ClockFact] = sorted(clock.facts.all(), key=lambda fact: fact.recorded_at)
    steps: list[ClockStep] = sorted(clock.steps.all(), key=lambda step: step.position)
    rows = {"organisation_id": clock.organisation_id, "case_id": clock.case_id, "facts": facts, "steps": steps}
    return {name: getattr(clock, name) for name in names} | rows
