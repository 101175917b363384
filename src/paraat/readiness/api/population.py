"""The population: the figures over the region, and how each constituent stands that one may see."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field

from paraat.kernel.marking import WATCHES, Role
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page
from paraat.readiness import population, population_data
from paraat.readiness.actions import standing

operations = Operations(tags=["population"])


class FigureOut(Schema):
    """A figure: so many of so many, and what that means."""

    figure: str
    title: str
    count: int
    denominator: int
    share: float | None
    definition: str
    source: str


class AverageOut(Schema):
    """An average, and over how many."""

    average: str
    title: str
    value: float | None
    of: int
    definition: str


class PopulationDenominatorOut(Schema):
    """Who everybody is."""

    count: int
    definition: str


class PopulationOut(Schema):
    """The figures over the whole region."""

    as_of: date
    counted_at: datetime | None
    denominator: PopulationDenominatorOut
    figures: list[FigureOut]
    averages: list[AverageOut]
    waiting: int = Field(description="constituents that changed and are not counted again yet")


class StandingOut(Answer):
    """How one constituent stands, by its own figures as they were counted last."""

    organisation: UUID = Field(validation_alias="organisation_id")
    province: str
    kind: str
    size: str
    basics_score: Decimal | None
    basics_on: date | None
    basics_met: bool | None
    cyfun_level: str
    cyfun_score: Decimal | None
    cyfun_on: date | None
    cyfun_met: bool | None
    unmet: list[str] = Field(description="controls that are not, or only partly, in place")
    unclear: list[str] = Field(description="controls of which it is not known")
    programmes: dict[str, str] = Field(description="the furthest step of each")
    equivalents: list[str]
    lessons_open: int
    lessons_answered: int
    measures_open: int
    measures_overdue_from: date | None
    measures_verified: int
    resumes: str
    exercised_rto_hours: Decimal | None
    claimed_rto_hours: int | None
    sessions_attended: int
    involved_in: list[str]
    last_active_on: date | None
    changed_at: datetime = Field(description="when it was counted")
    tlp: TlpLabel


class StandingFilter(Part):
    """Which constituents."""

    figure: Plain = Field("", max_length=30, description="those that this figure counts; an unknown one leaves all")
    province: Plain = Field("", max_length=5)


@operations.read(
    "/population",
    scope=Scope.READINESS_READ,
    roles=[*WATCHES, Role.PARTNER, Role.OBSERVER],
    answer=PopulationOut,
    operation_id="readPopulation",
)
def read_population(request: ApiRequest) -> dict[str, Any]:
    """The figures over all constituents, as they stand now."""
    waiting, today = standing.catch_up(), moment.today()
    chosen = population.figures_for(request.viewer)
    found = population.sums(population.everybody(), chosen, today)
    return population_data.figures(found, chosen, today) | {"waiting": waiting}


@operations.read(
    "/population/constituents",
    scope=Scope.READINESS_READ,
    roles=[*WATCHES, Role.SPOC],
    answer=Page[StandingOut],
    operation_id="listStandings",
)
def list_standings(request: ApiRequest, which: Query[StandingFilter]) -> dict[str, Any]:
    """How the constituents stand that you may see: a SPOC its own."""
    standing.catch_up()
    rows = population.rows_for(request.viewer)
    figure = {one.key: one for one in population.figures_for(request.viewer)}.get(which.figure)
    if figure is not None:
        rows = rows.filter(figure.of(moment.today()), figure.holds(moment.today()))
    rows = rows.filter(province=which.province) if which.province else rows
    return page(rows.order_by("organisation__name", "pk"), which)
