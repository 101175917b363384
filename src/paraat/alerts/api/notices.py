"""Notices: what each organisation was told, acknowledged, and did about it. The code on a message is never given out here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.models import Notice
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import MEMBERS, TEAM, Role
from paraat.platform.api import Answer, ApiRequest, Moment, Operations, Page, Part, Plain, Scope, TlpLabel, page

operations = Operations(tags=["notices"])
READERS = MEMBERS
ANSWERS = TEAM | {Role.SPOC}
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class NoticeOut(Answer):
    """What one organisation is told about one alert, and how far it got."""

    id: UUID
    alert: UUID = Field(validation_alias="alert_id")
    organisation: UUID = Field(validation_alias="organisation_id")
    state: str
    reach: str
    severity: int
    tlp: TlpLabel
    exercise: bool
    languages: list[str]
    targets: list[str]
    through: str = Field(description="concerned through this page or supplier")
    sent_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_through: str
    mitigation: str
    mitigation_until: datetime | None
    site_state: str
    site_since: datetime | None
    silent_since: datetime | None
    exhausted_at: datetime | None
    waits_until: datetime | None = Field(description="no phone rings before")
    expires_at: datetime | None


class NoticeFilter(Part):
    """Which notices."""

    alert: UUID | None = None
    organisation: UUID | None = None
    state: Plain = Field("", max_length=14)
    exercise: bool | None = None


@operations.read("/notices", scope=Scope.ALERTS_READ, roles=READERS, answer=Page[NoticeOut], operation_id="listNotices")
def list_notices(request: ApiRequest, which: Query[NoticeFilter]) -> dict[str, Any]:
    """Notices that you may see, newest first. What was prepared and not sent is the team's to know."""
    rows = _seen(request)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    exact = {name: value for name in ("alert", "organisation", "state") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("-pk"), which)


@operations.read(
    "/notices/{uuid:notice}", scope=Scope.ALERTS_READ, roles=READERS, answer=NoticeOut, operation_id="getNotice"
)
def get_notice(request: ApiRequest, notice: UUID) -> Notice:
    """One notice."""
    return _notice(_seen(request), notice)


class Acknowledgement(Schema):
    """Who has seen it: reached means that a named person acknowledged."""

    name: Name


@operations.write(
    "/notices/{uuid:notice}/acknowledge",
    scope=Scope.ALERTS_WRITE,
    roles=ANSWERS,
    answer=NoticeOut,
    operation_id="acknowledgeNotice",
)
def acknowledge(request: ApiRequest, notice: UUID, who: Acknowledgement) -> Notice:
    """A named person has seen it: its ladder stops. A SPOC answers for its own organisation, the team for all."""
    through = "officer" if request.viewer.is_team else "portal"
    return actions.acknowledge_notice(notice=_mine(request, notice), by=request.actor, through=through, name=who.name)


class Mitigation(Schema):
    """What was done, and until when it holds."""

    text: Text
    until: Moment | None = None


@operations.write(
    "/notices/{uuid:notice}/mitigation",
    scope=Scope.ALERTS_WRITE,
    roles=ANSWERS,
    answer=NoticeOut,
    operation_id="reportMitigation",
)
def mitigation(request: ApiRequest, notice: UUID, what: Mitigation) -> Notice:
    """Say what was done."""
    return actions.report_mitigation(notice=_mine(request, notice), by=request.actor, text=what.text, until=what.until)


class Site(Schema):
    """How the site does."""

    state: Literal["up", "slow", "down"]
    since: Moment


@operations.write(
    "/notices/{uuid:notice}/site", scope=Scope.ALERTS_WRITE, roles=ANSWERS, answer=NoticeOut, operation_id="reportSite"
)
def site(request: ApiRequest, notice: UUID, how: Site) -> Notice:
    """Say how the site does, and since when."""
    return actions.report_site(notice=_mine(request, notice), by=request.actor, state=how.state, since=how.since)


@operations.write(
    "/notices/{uuid:notice}/take", scope=Scope.ALERTS_WRITE, roles=TEAM, answer=NoticeOut, operation_id="takeNotice"
)
def take(request: ApiRequest, notice: UUID) -> Notice:
    """Take a notice that nobody answered as your own. 409 when its ladder is not exhausted."""
    found = _notice(_seen(request), notice)
    return actions.take_exhausted(notice=found, by=request.actor, officer=cast("User", request.user))


def _seen(request: ApiRequest) -> QuerySet[Any]:
    return Notice.objects.shown_to(request.viewer)


def _mine(request: ApiRequest, key: UUID) -> Notice:
    """A notice that one may answer: any for the team, one's own organisation's for a SPOC."""
    rows = _seen(request)
    return _notice(rows if request.viewer.is_team else rows.filter(organisation__in=request.viewer.own), key)


def _notice(rows: QuerySet[Any], key: UUID) -> Notice:
    found: Notice | None = rows.filter(pk=key).select_related("alert", "organisation").first()
    if found is None:
        raise NotFound()
    return found
