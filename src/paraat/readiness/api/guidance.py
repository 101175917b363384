"""The library of recommendations, read by programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Query
from pydantic import Field

from paraat.kernel.marking import MEMBERS
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, page
from paraat.readiness.models import Recommendation

operations = Operations(tags=["guidance"])


class RecommendationOut(Answer):
    """One version of a recommendation: a summary in our own words, and the links to the whole."""

    key: str
    version: str
    publisher: str
    title: dict[str, str] = Field(description="per language")
    summary: dict[str, str]
    links: dict[str, str] = Field(description="in the languages in which it was written")
    audiences: list[str]
    topics: list[str]
    published_on: date | None
    checked_on: date | None = Field(description="when a person last saw that the links work; null: nobody did")
    added_at: datetime


class RecommendationFilter(Part):
    """Which recommendations."""

    topic: Plain = Field("", max_length=40, description="such as lesson, alert:ddos or control:B02")


@operations.read(
    "/guidance", scope=Scope.READINESS_READ, roles=MEMBERS, answer=Page[RecommendationOut], operation_id="listGuidance"
)
def list_guidance(request: ApiRequest, which: Query[RecommendationFilter]) -> dict[str, Any]:  # noqa: ARG001  # every operation gets it
    """The recommendations in force, by key."""
    rows = Recommendation.objects.current()
    rows = rows.filter(topics__contains=[which.topic]) if which.topic else rows
    return page(rows.order_by("key"), which)
