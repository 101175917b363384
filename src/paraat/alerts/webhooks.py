"""Telling outside systems: what the owner of a webhook may see goes out, signed, and what he may not see does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import User
from paraat.alerts.actions.webhooks import claim_events, forget_events, write_events
from paraat.alerts.models import Alert, Notice
from paraat.alerts.webhook_models import WebhookEvent
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform import channels, configuration, keys, moment
from paraat.platform.channels import Outcome, Outgoing

BATCH = 100
KEPT = timedelta(days=31)


def send_due() -> int:
    """Post one batch of what is due; returns how many events were taken, so that the caller goes on while it is a full batch."""
    now = moment.now()
    events = claim_events(now=now, limit=BATCH)
    messages = _messages(events)
    unseen = {event.pk for event in events} - messages.keys()
    outcomes: dict[UUID, Outcome] = {}
    if messages:
        outcomes = {one.delivery: one for one in channels.of("webhook").send(messages.values())}
    write_events(events=events, outcomes=outcomes, unseen=unseen, now=moment.now())
    return len(events)


def forget() -> int:
    """Remove what was dealt with over a month ago; how many."""
    return forget_events(before=moment.now() - KEPT)


def _messages(events: Iterable[WebhookEvent]) -> dict[UUID, Outgoing]:
    """The message of every event whose owner may know of it; his rights are those of this moment."""
    events = list(events)
    owners = {user.pk: viewer_of(user) for user in _owners(events)}
    found: dict[UUID, Outgoing] = {}
    for event in events:
        viewer = owners.get(event.webhook.user_id)
        data = content(event, viewer) if viewer and event.webhook.active else None
        if data is not None:
            found[event.pk] = _outgoing(event, data)
    return found


def _owners(events: Iterable[WebhookEvent]) -> Iterable[User]:
    return User.objects.active().with_rights().filter(pk__in={event.webhook.user_id for event in events})


def _outgoing(event: WebhookEvent, data: dict[str, Any]) -> Outgoing:
    body = {"type": event.event, "timestamp": event.at, "data": data}
    return Outgoing(
        delivery=event.pk,
        address=event.webhook.url,
        subject="",
        text="",
        exercise=event.exercise,
        payload=json.dumps(body, cls=DjangoJSONEncoder).encode(),
        secret=keys.unseal(bytes(event.webhook.secret)).encode(),
    )


def content(event: WebhookEvent, viewer: Viewer) -> dict[str, Any] | None:
    """What `viewer` may be told of this event; None: nothing. A message holds ids and states, never a name, a code or a link."""
    if event.event.startswith("alert."):
        alert = Alert.objects.visible_to(viewer).filter(pk=event.object).first()
        return None if alert is None else _alert(alert)
    seen = Notice.objects.shown_to(viewer).select_related("alert", "organisation")
    notice = seen.filter(pk=event.object).first()
    return None if notice is None else _notice(notice)


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.pk,
        "number": alert.number,
        "kind": alert.kind,
        "state": alert.state,
        "severity": alert.severity,
        "tlp": Tlp(alert.tlp).label,
        "exercise": alert.exercise,
        "url": f"{configuration.public_url()}/alerts/{alert.pk}/",
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.pk,
        "alert": notice.alert_id,
        "number": notice.alert.number,
        "organisation": notice.organisation_id,
        "nis": notice.organisation.nis,
        "state": notice.state,
        "acknowledged_at": notice.acknowledged_at,
        "severity": notice.severity,
        "tlp": Tlp(notice.tlp).label,
        "exercise": notice.exercise,
        "url": f"{configuration.public_url()}/alerts/notices/{notice.pk}/",
    }
