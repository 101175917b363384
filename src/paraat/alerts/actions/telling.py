"""Deliveries come to be here and nowhere else: one per address and alert, and never the same notice to the same address twice."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from procrastinate.exceptions import AlreadyEnqueued

from paraat.accounts.models import User
from paraat.alerts import ladders
from paraat.alerts.models import Alert, Delivery, Notice, Told
from paraat.alerts.rules import content, languages, night
from paraat.alerts.rules.ladder import Way
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, jobs, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact


@dataclass(frozen=True, slots=True)
class Message:
    """One notice for one contact by one way. `upcoming`: whom the rung after this one tells."""

    notice: Notice
    contact: Contact
    way: Way
    upcoming: str = ""


Key = tuple[UUID, str, str]
URGENT = 5
"""The severity that goes first: of what stops something, and of pages to our own people."""


@action
def tell(
    *,
    messages: Sequence[Message],
    now: datetime,
    purpose: str = Delivery.Purpose.NOTICE,
    alert: Alert | None = None,
    rounds: Mapping[UUID, int] | None = None,
) -> list[Delivery]:
    """Make the deliveries of these messages and enqueue their sending.

    A contact for several organisations gets one message for all of them, also when another batch has already made it and it has not left yet.
    `alert` replaces the notice's own (a correction). `rounds` counts reminders per notice. What was told already is left out.
    """
    fresh = _not_told(messages, purpose, rounds or {})
    groups: defaultdict[Key, list[Message]] = defaultdict(list)
    for message in fresh:
        about = alert.pk if alert else message.notice.alert_id
        groups[about, message.way.kind, message.way.address].append(message)
    waiting = _waiting(groups, purpose)
    made = {key: _delivery(key[0], group, purpose, now) for key, group in groups.items() if key not in waiting}
    Delivery.objects.bulk_create(made.values(), batch_size=2000)
    whole = waiting | made
    Told.objects.bulk_create(_links(groups, whole, purpose, rounds or {}), batch_size=5000)
    for kind in sorted({delivery.kind for delivery in made.values()}):
        enqueue(kind)
    return list(made.values())


@action
def tell_contact(*, told: facts.Tells) -> Delivery | None:
    """Deliver what a lower app has to say to one contact (an invitation, a test). None when the key was used, or the contact has no way."""
    contact = Contact.objects.select_related("organisation").prefetch_related("channels").get(pk=told.contact)
    ways = [channel for channel in contact.channels.all() if told.channel in {None, channel.pk} and channel.address]
    if not ways or Delivery.objects.filter(key=told.key).exists():
        return None
    now = moment.now()
    way = min(ways, key=lambda channel: channel.position)
    rings = way.kind in night.RINGING and not told.urgent and not night.may_ring(now, severity=0)
    delivery = Delivery(
        key=told.key,
        purpose=told.purpose,
        contact=contact,
        channel=way,
        kind=way.kind,
        address=way.address,
        language=ladders.written_languages(contact.organisation, contact)[0],
        subject=told.subject,
        body=told.body,
        severity=URGENT if told.urgent else 0,
        exercise=told.exercise,
        due_at=night.morning(now) if rings else now,
        created_at=now,
    )
    if not _saved(delivery):
        return None
    record(
        "contact.told",
        by=SYSTEM,
        on=delivery,
        organisation=contact.organisation_id,
        detail={"purpose": told.purpose},
        exercise=told.exercise,
    )
    enqueue(way.kind)
    return delivery


@action
def tell_user(*, key: str, user: User, subject: str, body: str, exercise: bool, short: str = "") -> list[Delivery]:
    """Tell an account something at once, by mail and (with `short`, and a number) by SMS; also while all sending is stopped. Nothing is
    made of a key that was used. The words are in the language of the account."""
    now = moment.now()
    ways = [("mail", user.email, body), *([("sms", user.phone, short)] if user.phone and short else [])]
    made = [
        Delivery(
            key=f"{key}:{kind}",
            purpose=Delivery.Purpose.PAGE,
            user=user,
            kind=kind,
            address=address,
            language=user.language,
            languages=[user.language],
            severity=URGENT,
            subject=subject,
            body=text,
            exercise=exercise,
            due_at=now,
            created_at=now,
        )
        for kind, address, text in ways
    ]
    saved = [one for one in made if _saved(one)]
    for one in saved:
        record("account.told", by=SYSTEM, on=one, detail={"user": user.pk, "kind": one.kind}, exercise=exercise)
        enqueue(one.kind)
    return saved


def enqueue(kind: str) -> None:
    """Have what waits for this kind of channel sent as soon as this transaction has committed; one waiting job is enough."""
    defer_once("alerts.jobs.send", f"alerts.jobs.send {kind}", kind=kind)


def defer_once(task: str, lock: str, **arguments: str | int) -> None:
    """Enqueue an urgent task unless the same one waits already."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        jobs.app.configure_task(task, queue="urgent", queueing_lock=lock).defer(**arguments)


def cancel(
    notices: Iterable[Notice], *, purposes: Sequence[str] = (Delivery.Purpose.NOTICE, Delivery.Purpose.REMINDER)
) -> int:
    """Take back what has not left for notices that need it no longer; a message that another notice still needs stays.

    Whoever is adding a notice to one of these messages is waited for: only then can be said what is still needed.
    """
    keys = [notice.pk for notice in notices]
    waiting = Delivery.objects.filter(
        state=Delivery.State.QUEUED, claim=None, purpose__in=purposes, told__notice__in=keys
    )
    held = {row.pk for row in waiting.select_for_update(of=("self",)).order_by("pk").only("pk")}
    needed = Told.objects.filter(delivery__in=held, notice__state=Notice.State.OPEN).exclude(notice__in=keys)
    unneeded = held - set(needed.values_list("delivery", flat=True))
    return Delivery.objects.filter(pk__in=unneeded).update(state=Delivery.State.CANCELLED)


def _saved(delivery: Delivery) -> bool:
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError:  # another process told it at this very moment
        return False
    return True


def _not_told(messages: Sequence[Message], purpose: str, rounds: Mapping[UUID, int]) -> list[Message]:
    """Each message once, without those whose notice went to that address before."""
    rows = Told.objects.filter(notice__in={message.notice.pk for message in messages}, purpose=purpose)
    seen = set(rows.values_list("notice", "kind", "address", "round"))
    fresh = []
    for message in messages:
        key = (message.notice.pk, message.way.kind, message.way.address, rounds.get(message.notice.pk, 0))
        if key not in seen:
            seen.add(key)
            fresh.append(message)
    return fresh


def _waiting(groups: Mapping[Key, list[Message]], purpose: str) -> dict[Key, Delivery]:
    """Deliveries of the same alert to the same address that nobody is sending yet: they take the new notices along."""
    if not groups:
        return {}
    rows = Delivery.objects.filter(
        state=Delivery.State.QUEUED, claim=None, attempts=0, purpose=purpose,
        alert__in={key[0] for key in groups}, address__in={key[2] for key in groups},
    )  # fmt: skip
    found = rows.select_for_update(skip_locked=True, of=("self",))
    return {key: row for row in found if (key := (row.alert_id, row.kind, row.address)) in groups}


def _delivery(about: UUID, group: Sequence[Message], purpose: str, now: datetime) -> Delivery:
    first = group[0]
    written = languages.together(ladders.written_languages(one.notice.organisation, one.contact) for one in group)
    short = languages.short_language(written, first.contact.languages)
    return Delivery(
        purpose=purpose,
        alert_id=about,
        contact=first.contact,
        channel_id=first.way.channel,
        kind=first.way.kind,
        address=first.way.address,
        language=short if first.way.kind in content.SHORT else written[0],
        languages=list(written),
        upcoming=first.upcoming,
        severity=max(one.notice.severity for one in group),
        rung=first.notice.step,
        exercise=first.notice.exercise,
        due_at=now,
        created_at=now,
    )


def _links(
    groups: Mapping[Key, Sequence[Message]],
    deliveries: Mapping[Key, Delivery],
    purpose: str,
    rounds: Mapping[UUID, int],
) -> list[Told]:
    return [
        Told(
            notice=message.notice, delivery=deliveries[key], purpose=purpose, kind=key[1], address=key[2],
            round=rounds.get(message.notice.pk, 0),
        )
        for key, group in groups.items()
        for message in group
    ]  # fmt: skip
