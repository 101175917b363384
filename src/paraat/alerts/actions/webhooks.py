"""Outside systems that are told what happens: asked for, told, tried again, given up."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts.rules import webhooks as rules
from paraat.alerts.webhook_models import Webhook, WebhookEvent
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.ids import uuid7
from paraat.platform import facts, keys, moment
from paraat.platform.actions import action, record
from paraat.platform.channels import Outcome, State

HEARD_EVERY = 5.0
"""Seconds for which a process remembers what is asked for at all, so that a hundred thousand silent towns cost no hundred thousand queries."""
_heard: list[tuple[float, frozenset[str]]] = []

LEASE = timedelta(minutes=5)
"""For how long a claimed event belongs to the process that claimed it."""


@action
def add_webhook(*, user: User, url: str, events: Collection[str], by: Actor) -> tuple[Webhook, str]:
    """Tell an address of `events` from now on, with the rights of `user`. Returns the secret that signs, shown now and never again.

    Raises Invalid for an event that is not known or an address that is not https (http only where private addresses are allowed).
    """
    unknown = set(events) - set(rules.EVENTS)
    if unknown or not events:
        raise Invalid(_("Choose what to be told of"))
    host = _host(url)
    secret = "whsec_" + secrets.token_urlsafe(32)
    webhook = Webhook.objects.create(
        user=user, url=url, secret=keys.seal(secret), events=sorted(set(events)), created_at=moment.now()
    )
    _heard.clear()
    record("webhook.add", by=by, on=webhook, detail={"host": host, "events": webhook.events})
    return webhook, secret


def _host(url: str) -> str:
    """The host of an address that can be posted to; Invalid for any other text, also one that is no address at all (`http://]`)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"https", "http"} or not host or len(url) > 500 or "\0" in url:
        raise Invalid(_("This is not an address to post to"))
    return host


@action
def end_webhook(*, webhook: Webhook, by: Actor) -> None:
    """Tell it nothing more. Raises Conflict when it ended already."""
    if Webhook.objects.filter(pk=webhook.pk, active=True).update(active=False) != 1:
        raise Conflict()
    WebhookEvent.objects.filter(webhook=webhook, done_at=None).update(done_at=moment.now(), outcome="ended")
    record("webhook.end", by=by, on=webhook)


@action
def note_event(*, fact: facts.Happened) -> int:
    """Put what happened on its way to whoever asked; how many. Whether they may know is decided when it leaves."""
    asked = Webhook.objects.filter(active=True, user__is_active=True, events__contains=[fact.event])
    pending = [
        WebhookEvent(
            webhook=webhook, event=fact.event, object=fact.object, at=fact.at, exercise=fact.exercise, due_at=fact.at
        )
        for webhook in asked
    ]
    WebhookEvent.objects.bulk_create(pending)
    return len(pending)


def is_asked(event: str) -> bool:
    """Whether anybody asked to be told of this event, as of some seconds ago: to ask before `note_event`."""
    if not _heard or time.monotonic() - _heard[0][0] >= HEARD_EVERY:
        lists = Webhook.objects.filter(active=True).values_list("events", flat=True)
        _heard[:] = [(time.monotonic(), frozenset(one for events in lists for one in events))]
    return event in _heard[0][1]


@action
def claim_events(*, now: datetime, limit: int) -> list[WebhookEvent]:
    """Take events that are due, for five minutes: if this process dies they are due again."""
    due = WebhookEvent.objects.due(now).order_by("due_at", "pk").select_for_update(skip_locked=True)
    keys_of = list(due.values_list("pk", flat=True)[:limit])
    WebhookEvent.objects.filter(pk__in=keys_of).update(due_at=now + LEASE)
    return list(WebhookEvent.objects.filter(pk__in=keys_of).select_related("webhook").order_by("at", "pk"))


@action
def write_events(
    *, events: Sequence[WebhookEvent], outcomes: Mapping[UUID, Outcome], unseen: Collection[UUID], now: datetime
) -> None:
    """What became of claimed events: told, not to be told (`unseen`: their owner may not see it), to be tried again, or given up."""
    for event in events:
        if event.pk in unseen:
            _done(event, "not to be seen", now)
        elif event.pk in outcomes:
            _answered(event, outcomes[event.pk], now)


def _answered(event: WebhookEvent, outcome: Outcome, now: datetime) -> None:
    attempts = event.attempts + 1
    wait = rules.wait_after(attempts)
    if outcome.state is State.ACCEPTED:
        _done(event, "in the house" if outcome.in_house else "accepted", now, attempts)
        Webhook.objects.filter(pk=event.webhook_id).update(failures=0)
    elif outcome.state is State.DEFERRED and wait is not None:
        later = {"attempts": attempts, "due_at": now + wait, "outcome": outcome.detail[:200]}
        WebhookEvent.objects.filter(pk=event.pk, done_at=None).update(**later)
    else:
        _done(event, f"given up: {outcome.detail}", now, attempts)
        _given_up(event.webhook_id)


def _done(event: WebhookEvent, outcome: str, now: datetime, attempts: int | None = None) -> None:
    changes = {"done_at": now, "outcome": outcome[:200], "attempts": event.attempts if attempts is None else attempts}
    WebhookEvent.objects.filter(pk=event.pk, done_at=None).update(**changes)


def _given_up(key: UUID) -> None:
    webhook = Webhook.objects.select_for_update().get(pk=key)
    webhook.failures += 1
    ends = webhook.active and webhook.failures >= rules.MOST_FAILURES
    Webhook.objects.filter(pk=key).update(failures=webhook.failures, active=webhook.active and not ends)
    if ends:
        summary = _("A webhook no longer answers and was ended: %(host)s") % {"host": urlsplit(webhook.url).hostname}
        facts.announce(facts.Waits("webhook", f"webhook:{uuid7()}", summary, "/me/webhooks/", urgent=False))


@action
def forget_events(*, before: datetime) -> int:
    """Remove events that were dealt with before that moment; how many."""
    return WebhookEvent.objects.filter(done_at__lt=before).delete()[0]
