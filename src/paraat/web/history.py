"""The journal for programs: who did what and when, of what one may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.kernel.marking import MEMBERS
from paraat.platform.api import Answer, ApiRequest, Moment, Operations, Page, Part, Plain, Scope, TlpLabel, page
from paraat.web import log

operations = Operations(tags=["journal"])


class Deed(Answer):
    """One entry."""

    id: UUID
    chain: UUID = Field(description="the organisation that it is about, or zeros for the house")
    seq: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor: str = Field(description="empty when the person was forgotten")
    verb: str
    object_type: str
    object_id: str
    rows: int
    detail: dict[str, Any]
    tlp: TlpLabel
    exercise: bool


class DeedFilter(Part):
    """Which entries."""

    chain: UUID | None = None
    verb: Plain = Field("", max_length=60)
    object_type: Plain = Field("", max_length=60)
    object_id: Plain = Field("", max_length=60)
    since: Moment | None = None


@operations.read(
    "/journal",
    scope=Scope.JOURNAL_READ,
    roles=MEMBERS,
    answer=Page[Deed],
    operation_id="listJournal",
)
def list_journal(request: ApiRequest, which: Query[DeedFilter]) -> dict[str, Any]:
    """The journal, newest first."""
    rows = log.entries(request.viewer)
    rows = rows.filter(at__gte=which.since) if which.since else rows
    names = ("chain", "verb", "object_type", "object_id")
    exact = {name: value for name in names if (value := getattr(which, name))}
    found = page(rows.filter(**exact).order_by("-at", "pk"), which)
    return found | {"items": [_deed(said) for said in log.said(found["items"])]}


def _deed(said: log.Said) -> dict[str, Any]:
    told = {name: getattr(said.entry, name) for name in Deed.model_fields if hasattr(said.entry, name)}
    return told | {"actor": said.actor, "detail": said.detail}
