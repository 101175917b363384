"""Webhooks: outside systems of one's own that are told what happens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.alerts.webhook_models import Webhook
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import MEMBERS
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, page

operations = Operations(tags=["webhooks"])
OWNERS = MEMBERS
Event = Literal["alert.sent", "alert.withdrawn", "notice.acknowledged", "notice.silent"]


class WebhookOut(Answer):
    """An outside system that is told what happens."""

    id: UUID
    url: str
    events: list[str]
    active: bool
    created_at: datetime
    failures: int


class Made(WebhookOut):
    """A new webhook, with the secret that signs its messages; it is not shown again."""

    secret: str


@operations.read("/webhooks", scope=Scope.WEBHOOKS, roles=OWNERS, answer=Page[WebhookOut], operation_id="listWebhooks")
def list_webhooks(request: ApiRequest, part: Query[Part]) -> dict[str, Any]:
    """Your webhooks."""
    return page(Webhook.objects.filter(user=request.owner).order_by("-created_at", "pk"), part)


class Wanted(Schema):
    """Where to post, and what of."""

    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$")]
    events: list[Event] = Field(min_length=1, max_length=20)


@operations.write("/webhooks", scope=Scope.WEBHOOKS, roles=OWNERS, answer=Made, status=201, operation_id="addWebhook")
def add_webhook(request: ApiRequest, wanted: Wanted) -> dict[str, Any]:
    """Be told from now on what you may see, as signed JSON (Standard Webhooks). Without an answer it is tried again for two days."""
    webhook, secret = actions.add_webhook(
        user=cast("User", request.user), url=wanted.url, events=wanted.events, by=request.actor
    )
    return {**WebhookOut.model_validate(webhook).model_dump(), "secret": secret}


@operations.write(
    "/webhooks/{uuid:webhook}/end", scope=Scope.WEBHOOKS, roles=OWNERS, answer=WebhookOut, operation_id="endWebhook"
)
def end_webhook(request: ApiRequest, webhook: UUID) -> Webhook:
    """Be told nothing more. 409 when it ended already."""
    found = Webhook.objects.filter(user=request.owner, pk=webhook).first()
    if found is None:
        raise NotFound()
    actions.end_webhook(webhook=found, by=request.actor)
    found.refresh_from_db()
    return found
