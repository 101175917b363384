"""Reports of incidents: listed, read, and made by machines of the team or of a constituent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.incidents.actions.reports import submission_of, take_report
from paraat.incidents.models import Report
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import TEAM, WATCHES, Role
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

operations = Operations(tags=["reports"])
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\u0000]*$", strip_whitespace=True)
]


class ReportOut(Answer):
    """What somebody told us, before and apart from what we make of it."""

    id: UUID
    number: str
    code: str = Field(description="what the reporter names on the telephone")
    through: str
    state: str
    organisation: UUID | None = Field(validation_alias="organisation_id")
    organisation_text: str
    reporter: str
    reachable_at: str
    kind: str
    text: str
    services: list[str]
    happened_at: datetime | None
    known_at: datetime | None
    received_at: datetime
    language: str
    verification: str
    verified_at: datetime | None
    verified_by: str
    case: UUID | None = Field(validation_alias="case_id")
    dismissed_because: str
    tlp: TlpLabel
    exercise: bool


class ReportFilter(Part):
    """Which reports."""

    state: Plain = Field("", max_length=10)
    organisation: UUID | None = Field(None, description="only those of this organisation")
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/reports",
    scope=Scope.CASES_READ,
    roles=WATCHES | {Role.SPOC},
    answer=Page[ReportOut],
    operation_id="listReports",
)
def list_reports(request: ApiRequest, which: Query[ReportFilter]) -> dict[str, Any]:
    """Reports that you may see, newest first."""
    rows = Report.objects.visible_to(request.viewer)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    rows = rows if which.organisation is None else rows.filter(organisation=which.organisation)
    exact = {"state": which.state} if which.state else {}
    return page(rows.filter(**exact).order_by("-received_at", "pk"), which)


@operations.read(
    "/reports/{uuid:report}",
    scope=Scope.CASES_READ,
    roles=WATCHES | {Role.SPOC},
    answer=ReportOut,
    operation_id="getReport",
)
def get_report(request: ApiRequest, report: UUID) -> Report:
    """One report."""
    found: Report = visible(Report.objects.all(), request, report)
    return found


class ReportIn(Schema):
    """What happened. Little is required; it is saved before it is verified."""

    text: Words
    organisation: UUID | None = Field(None, description="of the register; a constituent names one of its own")
    organisation_text: Line = ""
    reporter: Line = ""
    reachable_at: Line = ""
    kind: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z-]*$")] = Field(
        "", description="key of a playbook"
    )
    services: list[Line] = Field(default_factory=list, max_length=30)
    happened_at: Moment | None = None
    known_at: Moment | None = None
    language: Literal["nl", "fr", "de", "en"] = "nl"
    through: Literal["phone", "mail", "portal", "emergency"] = Field("phone", description="how it reached the team")
    exercise: bool = False
    reference: Line = Field("", description="yours: the same reference twice is one report")


@operations.write(
    "/reports",
    scope=Scope.CASES_WRITE,
    roles=TEAM | {Role.SPOC},
    answer=ReportOut,
    status=201,
    operation_id="takeReport",
)
def take(request: ApiRequest, report: ReportIn) -> Report:
    """Save a report; whoever is on call is paged. A constituent reports for its own organisation only, and counts as signed in."""
    town = _organisation(request, report.organisation)
    signed_in = not request.viewer.is_team
    values = report.model_dump(exclude={"organisation", "reference", "through"})
    values["through"] = Report.Through.PORTAL if signed_in else report.through
    if report.reference:
        values["submission"] = submission_of(str(request.owner), report.reference)
    return take_report(
        by=request.actor,
        organisation=town,
        user=User.objects.get(pk=request.owner) if signed_in else None,
        signed_in=signed_in,
        **values,
    )


def _organisation(request: ApiRequest, key: UUID | None) -> Organisation | None:
    if request.viewer.is_team:
        return visible(Organisation.objects.all(), request, key) if key else None
    own = sorted(request.viewer.own)
    wanted = key or (own[0] if len(own) == 1 else None)
    if wanted is None or wanted not in request.viewer.own:
        raise NotFound("Name an organisation of your own")
    return Organisation.objects.get(pk=wanted)
