"""The bookkeeping of sending: a batch is claimed, each outcome written as it comes, and what a dead process left is taken over.

`docs/decisions/told-twice-or-not-at-all.md` says why a message in doubt is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from paraat.alerts import happening
from paraat.alerts.actions.switch import is_stopped
from paraat.alerts.models import CallLine, Claim, Delivery, Notice
from paraat.alerts.rules import retries
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, live
from paraat.platform.actions import Subject, action, record
from paraat.platform.channels import Outcome, Outgoing
from paraat.platform.channels import State as Answer
from paraat.platform.models import HouseMessage

State, Purpose = Delivery.State, Delivery.Purpose
_LOCKS = 0x50_41_52_02
"""The first half of the advisory locks that say that the process of a claim lives; the second half is the claim's number."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that stayed in the house, with the organisation whose phone or mailbox a screen shows it as."""

    outgoing: Outgoing
    kind: str
    organisation: UUID | None


@action
def claim_deliveries(*, kind: str, connections: int, limit: int, now: datetime) -> Claim | None:
    """Take what is due for one kind of channel, the worst first; None when there is nothing. While sending is stopped only pages are taken.

    The claim's advisory lock is held by this database session until `end_claim`, or until its process dies.
    """
    due = Delivery.objects.due(now).filter(kind=kind)
    if is_stopped():
        due = due.filter(purpose=Purpose.PAGE)
    taken = [row.pk for row in due.in_order().select_for_update(skip_locked=True, of=("self",)).only("pk")[:limit]]
    if not taken:
        return None
    claim = Claim.objects.create(kind=kind, connections=connections, rows=len(taken), started_at=now)
    _lock("pg_try_advisory_lock", claim.pk)
    Delivery.objects.filter(pk__in=taken).update(claim=claim, attempts=F("attempts") + 1)
    return claim


@action
def write_outcomes(*, claim: Claim, outcomes: Sequence[Outcome], kept: Callable[[UUID], Kept], now: datetime) -> None:
    """Write what became of some deliveries, before the next message is handed to the same connections."""
    accepted = [one for one in outcomes if one.state == Answer.ACCEPTED]
    _accept(accepted, now)
    _keep([kept(one.delivery) for one in accepted if one.in_house], now)
    for one in outcomes:
        if one.state == Answer.DEFERRED:
            _defer(claim, one, now)
        elif one.state == Answer.REJECTED:
            _bounce([one.delivery], one.detail, now)
    live.publish("outbox")


@action
def cancel_needless(*, claim: Claim, deliveries: Sequence[UUID]) -> None:
    """Claimed, but no notice in them waits any more: nothing is sent."""
    Delivery.objects.filter(pk__in=deliveries, claim=claim).update(state=State.CANCELLED, claim=None)


@action
def give_back(*, claim: Claim, reason: str, now: datetime) -> int:
    """What was claimed and not sent (sending was stopped, the channel has no route) waits again; returns how many."""
    rest = Delivery.objects.filter(claim=claim, state=State.QUEUED)
    return rest.update(claim=None, detail=reason[:300], attempts=F("attempts") - 1, due_at=now)


@action
def refuse_all(*, claim: Claim, reason: str, now: datetime) -> None:
    """There is no way to send these on this installation: their ladders move on at once."""
    _bounce(list(Delivery.objects.filter(claim=claim, state=State.QUEUED).values_list("pk", flat=True)), reason, now)


@action
def end_claim(*, claim: Claim, now: datetime) -> None:
    """The batch is done; one journal entry stands for its rows."""
    Claim.objects.filter(pk=claim.pk).update(ended_at=now)
    record(
        "deliveries.sent", by=SYSTEM, on=Subject("claim", str(claim.pk), rows=claim.rows), detail={"kind": claim.kind}
    )


def let_go(claim: Claim) -> None:
    """Let go of the claim's lock, whether the batch ended well or not: from now on somebody else may take over what is left."""
    _lock("pg_advisory_unlock", claim.pk)


def recover(*, now: datetime) -> int:
    """Take over the claims of processes that died; returns how many deliveries wait again."""
    recovered = 0
    for claim in Claim.objects.filter(ended_at=None).order_by("pk"):
        if not _lock("pg_try_advisory_lock", claim.pk):
            continue  # its process lives
        try:
            recovered += recover_claim(claim=claim, now=now)
        finally:
            let_go(claim)
    return recovered


@action
def recover_claim(*, claim: Claim, now: datetime) -> int:
    """One claim whose process died. Among its first `connections` messages without an outcome may be some that had been handed over: they are
    marked "perhaps twice" and sent again under the same Message-ID, since a second copy harms less than silence. The others certainly had not."""
    if Claim.objects.filter(pk=claim.pk, ended_at=None).update(ended_at=now, died=True) != 1:
        return 0
    left = list(Delivery.objects.filter(claim=claim, state=State.QUEUED).in_order().values_list("pk", flat=True))
    doubtful = left[: claim.connections]
    Delivery.objects.filter(pk__in=doubtful).update(
        perhaps_twice=True, detail="the sending process ended before the answer came"
    )
    Delivery.objects.filter(pk__in=left).update(claim=None, due_at=now)
    record(
        "deliveries.recovered", by=SYSTEM, on=Subject("claim", str(claim.pk), rows=len(left)),
        detail={"kind": claim.kind, "perhaps_twice": [str(one) for one in doubtful]},
    )  # fmt: skip
    return len(left)


@action
def bounce_delivery(*, delivery: Delivery, detail: str, now: datetime) -> None:
    """A report came that a message was not delivered after all."""
    _bounce([delivery.pk], detail, now)


@action
def hurry(*, deliveries: Sequence[UUID], now: datetime) -> int:
    """The notices of these deliveries go on at once, unless another message of theirs is still under way or was accepted at this rung, or
    somebody is to phone for them: a bounce that comes late takes nothing of the time for that."""
    phoned = CallLine.notices.through.objects.filter(callline__in=CallLine.objects.open()).values("notice")
    waiting = Notice.objects.open().filter(told__delivery__in=deliveries, step__gt=0, step_due_at__gt=now)
    waiting = waiting.exclude(pk__in=phoned)
    alive = Delivery.objects.exclude(pk__in=deliveries).exclude(state__in=[State.BOUNCED, State.CANCELLED])
    alive = alive.filter(purpose=Purpose.NOTICE, auto_replied_at=None)
    due = []
    for notice in waiting.distinct():
        hopeful = alive.filter(told__notice=notice, rung=notice.step - 1).exists()
        if not hopeful and notice.exhausted_at is None:
            due.append(notice.pk)
    return Notice.objects.open().filter(pk__in=due).update(step_due_at=now, hurried=True)


def _accept(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Also when another process took the claim over meanwhile: what was accepted is not sent again."""
    if not outcomes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_delivery d SET state = o.state, accepted_at = %s, sent_at = COALESCE(d.sent_at, %s), reference = o.reference,"
            " detail = '', claim_id = NULL, perhaps_twice = d.perhaps_twice OR o.twice"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[]) AS o(id, state, reference, twice)"
            " WHERE d.id = o.id AND d.state = 'queued'",
            [
                now,
                now,
                [one.delivery for one in outcomes],
                [State.HOUSE.value if one.in_house else State.ACCEPTED.value for one in outcomes],
                [one.reference[:200] for one in outcomes],
                [one.perhaps_twice for one in outcomes],
            ],
        )


def _keep(messages: Iterable[Kept], now: datetime) -> None:
    HouseMessage.objects.bulk_create(
        [
            HouseMessage(
                at=now,
                kind=one.kind,
                address=one.outgoing.address,
                subject=one.outgoing.subject[:300],
                body=one.outgoing.text,
                delivery=one.outgoing.delivery,
                exercise=one.outgoing.exercise,
                organisation=one.organisation,
            )
            for one in messages
        ],
        ignore_conflicts=True,  # the same delivery again
    )


def _defer(claim: Claim, outcome: Outcome, now: datetime) -> None:
    row = Delivery.objects.filter(pk=outcome.delivery, claim=claim, state=State.QUEUED).first()
    if row is None:
        return  # somebody took it over
    wait = retries.again_in(row.attempts)
    if wait is None:
        _bounce([row.pk], f"given up after {row.attempts} attempts: {outcome.detail}", now)
        return
    changes: dict[str, object] = {"claim": None, "due_at": now + wait, "detail": outcome.detail[:300]}
    if outcome.perhaps_twice:
        changes |= {"perhaps_twice": True, "sent_at": row.sent_at or now}
    needless = (
        row.notices.exists()
        and row.purpose == Purpose.NOTICE
        and not row.notices.filter(state=Notice.State.OPEN).exists()
    )
    Delivery.objects.filter(pk=row.pk, claim=claim).update(**changes | ({"state": State.CANCELLED} if needless else {}))


def _bounce(deliveries: Sequence[UUID], detail: str, now: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=deliveries).exclude(state__in=[State.BOUNCED, State.CANCELLED])
    keys = list(rows.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(state=State.BOUNCED, bounced_at=now, detail=detail[:300], claim=None)
    hurry(deliveries=keys, now=now)
    notices = list(Notice.objects.filter(told__delivery__in=keys).distinct())
    for notice in notices:
        record(
            "notice.bounced", by=SYSTEM, on=notice, organisation=notice.organisation_id, detail={"detail": detail[:300]}
        )
    happening.notices_changed(notices)
    for row in (
        Delivery.objects.filter(pk__in=keys, key__isnull=False).exclude(contact=None).exclude(purpose=Purpose.PAGE)
    ):
        assert row.key is not None  # noqa: S101  # the filter says so
        facts.announce(facts.Answered(row.key, row.contact_id, "bounced", row.kind))


def _lock(function: str, claim: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCKS, claim])
        return bool(cursor.fetchone()[0])
