"""One batch from the database to a channel: claim, render, send, write every outcome before the next message is handed over."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from paraat.alerts import rendering
from paraat.alerts.actions import deliveries
from paraat.alerts.actions.deliveries import Kept
from paraat.alerts.actions.switch import is_stopped
from paraat.alerts.models import Claim, Delivery, Notice, Told
from paraat.platform import channels, moment
from paraat.platform.channels import Channel, NoSuchChannel, NotConfigured, Outgoing

_log = logging.getLogger("paraat.alerts")
BATCH = 300
LOOK = 1.0
"""Seconds between two looks at the button that stops all sending, within a batch."""


def send_due(kind: str, *, limit: int = BATCH) -> int:
    """Send one batch of what is due for this kind of channel; returns how many deliveries were looked at (0: nothing is due).

    Nothing is in a transaction while messages travel. Killed at any moment, at most one message per connection is in doubt.
    """
    now = moment.now()
    deliveries.recover(now=now)
    try:
        channel: Channel | None = channels.of(kind)
    except (NoSuchChannel, NotConfigured):
        channel = None
    claim = deliveries.claim_deliveries(
        kind=kind, connections=channel.connections if channel else 1, limit=limit, now=now
    )
    if claim is None:
        return 0
    try:
        if channel is None:
            deliveries.refuse_all(claim=claim, reason=f"no route for {kind} is set up", now=now)
        else:
            _send(claim, channel)
        deliveries.end_claim(claim=claim, now=moment.now())
    finally:
        deliveries.let_go(claim)
    return claim.rows


def _send(claim: Claim, channel: Channel) -> None:
    rows = list(rendering.with_notices(Delivery.objects.filter(claim=claim)).in_order())
    needless = {row.pk for row in rows if not rendering.is_needed(row)}
    deliveries.cancel_needless(claim=claim, deliveries=list(needless))
    parcels = {row.pk: parcel for row in rows if row.pk not in needless and (parcel := _worded(row)) is not None}
    pages = {row.pk for row in rows if row.purpose == Delivery.Purpose.PAGE}
    for outcomes in channel.send_in_groups(_until_stopped(parcels.values(), pages)):
        deliveries.write_outcomes(claim=claim, outcomes=outcomes, kept=parcels.__getitem__, now=moment.now())
    deliveries.give_back(claim=claim, reason="", now=moment.now())


def _worded(row: Delivery) -> Kept | None:
    """The delivery in words; None when it cannot be put into words: its ladder moves on, and the others are sent."""
    try:
        return Kept(rendering.outgoing(row), row.kind, _whose(row))
    except Exception as fault:  # noqa: BLE001  # the outermost loop over a batch: one message's fault must not stop the others
        _log.exception("a delivery could not be put into words", extra={"delivery": str(row.pk)})
        deliveries.bounce_delivery(
            delivery=row, detail=f"could not be written: {type(fault).__name__}", now=moment.now()
        )
        return None


def _until_stopped(parcels: Iterable[Kept], pages: Collection[UUID]) -> Iterator[Outgoing]:
    """The messages one by one, until somebody presses the button; what is under way then is finished. Pages, which come first, all go."""
    looked = time.monotonic()
    for parcel in parcels:
        if parcel.outgoing.delivery not in pages and time.monotonic() - looked > LOOK:
            looked = time.monotonic()
            if is_stopped():
                return
        yield parcel.outgoing


def _whose(row: Delivery) -> UUID | None:
    told: list[Told] = list(row.told.all())
    if told:
        notice: Notice = told[0].notice
        return notice.organisation_id
    return row.contact.organisation_id if row.contact else None
