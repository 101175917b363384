"""Frameworks, their editions and controls: read. Official words stay on the screens of the installation; the API carries ours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch
from django.http import Http404
from ninja import Query, Schema
from pydantic import Field

from paraat.kernel.marking import MEMBERS, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, page
from paraat.readiness.models import Control, Edition, Framework
from paraat.readiness.rules import editions as rules

operations = Operations(tags=["frameworks"])
READS = MEMBERS | {Role.ASSESSOR}


class FrameworkEditionOut(Answer):
    """One edition of a framework."""

    id: UUID
    version: str
    published_on: date | None
    source: str
    imported: bool = Field(description="whether it came from a workbook of the user's own")
    sha256: str = Field(validation_alias="digest")
    levels: list[str] = Field(description="cumulative, lowest first; none: the list has no levels")
    controls: int = Field(validation_alias="number")
    put_aside: int = Field(description="rows of the workbook that could not be taken", validation_alias="aside")
    added_at: datetime


class FrameworkOut(Answer):
    """A framework or checklist with its editions, newest first."""

    id: UUID
    key: str
    title: dict[str, str]
    scoring: str
    owner: str
    url: str
    editions: list[FrameworkEditionOut] = Field(validation_alias="listed")


class ControlOut(Answer):
    """One control, in our own words."""

    id: UUID
    identifier: str = Field(description="stable over editions: answers follow it")
    function: str
    category: str
    subcategory: str
    level: str
    key_measure: bool
    management: bool = Field(description="of the management: at Essential it may never be left out")
    position: int
    title: dict[str, str]
    why: dict[str, str]
    how: dict[str, str]
    checking: dict[str, str]
    effort: int | None = Field(description="1 days, 2 weeks, 3 months")
    weight: int
    maps_to: list[str]


class ControlFilter(Part):
    """Which controls."""

    function: Plain = Field("", max_length=20)
    level: Plain = Field("", max_length=20, description="asked at this level, so also what lower levels ask")
    key_measure: bool | None = None


class ControlChangeOut(Schema):
    """A control that differs between two editions."""

    identifier: str
    what: list[str] = Field(description="reworded, level, key_measure, management")


class EditionDifferenceOut(Schema):
    """What differs from one edition to another of the same framework."""

    added: list[str]
    removed: list[str]
    changed: list[ControlChangeOut]
    same: int


@operations.read(
    "/frameworks", scope=Scope.READINESS_READ, roles=READS, answer=Page[FrameworkOut], operation_id="listFrameworks"
)
def list_frameworks(request: ApiRequest, which: Query[Part]) -> dict[str, Any]:  # noqa: ARG001  # what is asked is no secret
    """Every framework, with its editions."""
    editions = Edition.objects.annotate(number=Count("controls")).order_by("-added_at")
    rows = Framework.objects.filter(retired_at=None).prefetch_related(
        Prefetch("editions", queryset=editions, to_attr="listed")
    )
    found = page(rows.order_by("key"), which)
    for framework in found["items"]:
        for edition in framework.listed:
            edition.aside = len(edition.quarantine)
    return found


@operations.read(
    "/frameworks/editions/{uuid:edition}/controls",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=Page[ControlOut],
    operation_id="listControls",
)
def list_controls(request: ApiRequest, edition: UUID, which: Query[ControlFilter]) -> dict[str, Any]:  # noqa: ARG001
    """The controls of an edition, in its order."""
    row = _edition(edition)
    rows = Control.objects.filter(edition=row)
    rows = rows.filter(function=which.function) if which.function else rows
    rows = rows.filter(level__in=_below(row, which.level)) if which.level else rows
    rows = rows.filter(key_measure=which.key_measure) if which.key_measure is not None else rows
    return page(rows.order_by("position", "pk"), which)


def _below(row: Edition, level: str) -> list[str]:
    return ["", *row.levels[: row.levels.index(level) + 1]] if level in row.levels else []


def _edition(pk: UUID) -> Edition:
    row: Edition | None = Edition.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@operations.read(
    "/frameworks/editions/{uuid:edition}/since/{uuid:before}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=EditionDifferenceOut,
    operation_id="compareEditions",
)
def compare_editions(request: ApiRequest, edition: UUID, before: UUID) -> EditionDifferenceOut:  # noqa: ARG001
    """What changed since another edition of the same framework."""
    new, old = _edition(edition), _edition(before)
    if new.framework_id != old.framework_id:
        raise Http404
    found = rules.difference(old.controls.all(), new.controls.all())
    return EditionDifferenceOut(
        added=[one.identifier for one in found.added],
        removed=[one.identifier for one in found.removed],
        changed=[ControlChangeOut(identifier=one.identifier, what=list(one.what)) for one in found.changed],
        same=found.same,
    )
