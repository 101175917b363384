"""Operations of the API about sources and the files that come from them, and what in those files waits for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from ninja import File, Form, Query, Schema
from ninja.files import UploadedFile
from pydantic import Field

from paraat.feeds import actions
from paraat.feeds.models import Run, Source
from paraat.feeds.summary import summary
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import TEAM, WATCHES
from paraat.observations.models import QuarantinedRow
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

operations = Operations(tags=["feeds"])


class SourceOut(Answer):
    """A source and how far it is trusted."""

    id: UUID
    slug: str
    title: str
    format: str
    policy: str
    reliability: str
    credibility: str
    tlp: TlpLabel
    severity: int
    confirmed_at: datetime | None
    last_run_at: datetime | None
    last_error: str
    active: bool


@operations.read(
    "/feeds/sources", scope=Scope.FEEDS_READ, roles=WATCHES, answer=Page[SourceOut], operation_id="listSources"
)
def list_sources(request: ApiRequest, part: Query[Part]) -> dict[str, Any]:  # noqa: ARG001  # sources are the team's
    """The sources: policy, trust, when something last came."""
    return page(Source.objects.order_by("slug"), part)


class RunOut(Answer):
    """A file that came in, and what was found in it."""

    id: UUID
    source: str = Field(validation_alias="source_slug")
    file_name: str
    digest: str = Field(description="SHA-256 of the content")
    size: int
    origin: str
    state: str
    error: str
    exercise: bool
    received_at: datetime
    listed_at: datetime | None = Field(description="the moment that the list speaks of")
    dated_by: str
    same_as: UUID | None = Field(validation_alias="same_as_id", description="the run that brought this content before")
    records: int
    quarantined: int
    organisations: int
    concerned: int
    perhaps: int
    unassigned: int
    finished_at: datetime | None


class RunFilter(Part):
    """Which runs."""

    source: Plain = Field("", max_length=60, description="slug of the source")
    state: Plain = Field("", max_length=10)


@operations.read("/feeds/runs", scope=Scope.FEEDS_READ, roles=WATCHES, answer=Page[RunOut], operation_id="listRuns")
def list_runs(request: ApiRequest, which: Query[RunFilter]) -> dict[str, Any]:
    """The files that came in, newest first."""
    rows = _runs(request)
    rows = rows.filter(source__slug=which.source) if which.source else rows
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-received_at", "pk"), which)


@operations.read("/feeds/runs/{uuid:run}", scope=Scope.FEEDS_READ, roles=WATCHES, answer=RunOut, operation_id="getRun")
def get_run(request: ApiRequest, run: UUID) -> Any:
    """One file that came in."""
    found = _runs(request).filter(pk=run).first()
    if found is None:
        raise NotFound()
    return found


class Named(Answer):
    """Whom a file names, and by which hosts."""

    nis: str
    kind: str
    name: str
    hosts: list[str]


class Result(Answer):
    """What a file says: `organisations` is everybody named for certain, alerted before or not."""

    records: int
    quarantined: int
    observations: int
    organisations: list[Named]
    concerned: list[Named]
    perhaps: list[Named]
    unassigned: list[str]


@operations.read(
    "/feeds/runs/{uuid:run}/result", scope=Scope.FEEDS_READ, roles=WATCHES, answer=Result, operation_id="getResult"
)
def get_result(request: ApiRequest, run: UUID) -> dict[str, Any]:
    """Whom one file names."""
    return summary(visible(Run.objects.select_related("same_as"), request, run))


class About(Schema):
    """What goes with a file."""

    source: Plain = Field(max_length=60, description="slug of the source")
    file_name: Plain = Field("", max_length=255, description="that of the file when left out")
    listed_at: Moment | None = Field(None, description="when the list speaks of another moment than it says")
    exercise: bool = False


@operations.write(
    "/feeds/files", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=RunOut, status=201, operation_id="sendFile"
)
def send_file(request: ApiRequest, about: Form[About], file: File[UploadedFile]) -> Any:
    """Hand in a file of a source. Up to one megabyte it is read at once, more by a worker: ask for the run until it is finished."""
    return _receive(request, about, file, file.size or 0, about.file_name or file.name or "upload", Run.Origin.API)


class Paste(About):
    """A list as text."""

    text: Plain = Field(min_length=1, max_length=1_000_000)


@operations.write(
    "/feeds/text", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=RunOut, status=201, operation_id="sendText"
)
def send_text(request: ApiRequest, paste: Paste) -> Any:
    """Hand in a list as text, such as a post in a chat."""
    content = paste.text.encode()
    return _receive(request, paste, [content], len(content), paste.file_name or "text.txt", Run.Origin.API)


def _receive(request: ApiRequest, about: About, stream: Any, size: int, name: str, origin: str) -> Any:
    source = Source.objects.filter(slug=about.source).first()
    if source is None:
        raise NotFound("There is no such source")
    later = size > actions.AT_ONCE
    run = actions.receive_file(
        source=source,
        stream=stream,
        file_name=name,
        origin=origin,
        by=request.actor,
        exercise=about.exercise,
        listed_at=about.listed_at,
        later=later,
    )
    if not later and run.state == Run.State.RECEIVED:
        actions.read_run(run=run)
    return _all_runs().get(pk=run.pk)


def _runs(request: ApiRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = _all_runs().visible_to(request.viewer)
    return rows


def _all_runs() -> Any:
    return Run.objects.annotate(source_slug=F("source__slug"))


class Row(Answer):
    """A row that could not be read."""

    id: UUID
    run: UUID
    file_name: str
    row: int
    field: str
    reason: str
    raw: str
    at: datetime
    state: str


class RowFilter(Part):
    """Which rows."""

    run: UUID | None = None
    open: bool = Field(True, description="only those that nobody has dealt with")


@operations.read("/quarantine", scope=Scope.FEEDS_READ, roles=WATCHES, answer=Page[Row], operation_id="listQuarantine")
def list_quarantine(request: ApiRequest, which: Query[RowFilter]) -> dict[str, Any]:
    """Rows that could not be read: file, row, field, reason."""
    rows = QuarantinedRow.objects.filter(run__in=Run.objects.visible_to(request.viewer).values("pk"))
    rows = rows.open() if which.open else rows
    rows = rows.of_runs([which.run]) if which.run else rows
    return page(rows.order_by("-at", "row", "pk"), which)


class Chosen(Schema):
    """Rows that were chosen."""

    rows: list[UUID] = Field(min_length=1, max_length=500)


class RowsChanged(Answer):
    """How many were changed."""

    number: int


@operations.write("/quarantine/drop", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=RowsChanged, operation_id="dropRows")
def drop_rows(request: ApiRequest, chosen: Chosen) -> dict[str, int]:
    """Say of rows that nothing is to be made of them. 409 when somebody dealt with one meanwhile."""
    return {"number": actions.drop_rows(rows=chosen.rows, by=request.actor)}


@operations.write(
    "/quarantine/replay", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=RunOut, status=201, operation_id="replayRows"
)
def replay_rows(request: ApiRequest, chosen: Chosen) -> Any:
    """Play rows of one file again; the answer is the new run."""
    run = actions.replay_rows(rows=chosen.rows, by=request.actor)
    actions.read_run(run=run)
    return _all_runs().get(pk=run.pk)
