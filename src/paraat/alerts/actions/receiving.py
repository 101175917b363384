"""What comes in: replies, bounces, automatic replies, SMS, key presses. Only a person acknowledges; each message counts once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.alerts import happening, ladders
from paraat.alerts.actions.acknowledging import acknowledge_notices
from paraat.alerts.actions.deliveries import bounce_delivery, hurry
from paraat.alerts.models import Delivery, Inbound, Notice
from paraat.formats import mail
from paraat.formats.mail import Kind
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.errors import Conflict
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.platform.channels.inbound import KeyPress, SmsReply, StatusReport
from paraat.platform.mailbox import taking
from paraat.registry.models import Contact, ContactChannel

VERDICTS = {
    Kind.HUMAN: "reply", Kind.AUTOMATIC: "automatic", Kind.BOUNCE: "bounce", Kind.DELAY: "delay", Kind.RECEIPT: "receipt", Kind.LOOP: "loop",
}  # fmt: skip

_OFFERED = frozenset({Kind.HUMAN, Kind.AUTOMATIC, Kind.LOOP})
TAKEN = "taken"
"""The verdict on a mail that a higher app took: nobody has to place it."""


@action
def receive(*, message: mail.Inbound, raw: bytes = b"") -> Inbound | None:
    """One mail that came in, understood by `formats.mail`. None when it came before.

    A person's reply acknowledges the notices of the delivery it answers, or those whose code it names when it comes from an address on file;
    an automatic one moves their ladders to the deputy; a bounce for good moves them on at once. What answers no notice is offered to higher
    apps (`raw`, its bytes, too); anything else waits for a person to read.
    """
    now = moment.now()
    delivery = Delivery.objects.filter(pk=message.delivery).first() if message.delivery else None
    kept = _keep(
        message.key, "mail", VERDICTS[message.kind], message.sender, message.subject, message.text, delivery, now
    )
    if kept is None:
        return None
    if message.kind in _OFFERED and _is_taken(message, raw, delivery):
        Inbound.objects.filter(pk=kept.pk).update(verdict=TAKEN)
        kept.verdict = TAKEN
    elif message.kind is Kind.BOUNCE and delivery and message.report and message.report.permanent:
        bounce_delivery(delivery=delivery, detail=message.report.diagnostic or message.report.status, now=now)
    elif message.kind is Kind.AUTOMATIC and delivery:
        _automatic(delivery, now)
    elif message.kind is Kind.HUMAN:
        _answer(kept, delivery, message.codes, "mail")
    return kept


@action
def receive_event(*, event: SmsReply | KeyPress | StatusReport) -> Inbound | None:
    """One event of an SMS or voice gateway, its signature checked. None when it came before. A key press acknowledges only when it is the key
    that does; "delivered" to a telephone reaches nobody, "failed" moves the ladder on."""
    now = moment.now()
    delivery = Delivery.objects.filter(pk=event.delivery).first() if event.delivery else None
    if isinstance(event, StatusReport):
        kept = _keep(
            event.id, "status", "receipt" if event.delivered else "bounce", "", "", event.detail, delivery, now
        )
        if kept and delivery and not event.delivered:
            bounce_delivery(delivery=delivery, detail=event.detail, now=now)
        return kept
    if isinstance(event, KeyPress):
        kept = _keep(
            event.id,
            "voice",
            "reply" if event.acknowledges else "unknown",
            event.sender,
            "",
            event.digits,
            delivery,
            now,
        )
        if kept and event.acknowledges:
            _answer(kept, delivery, (), "key")
        return kept
    kept = _keep(event.id, "sms", "reply", event.sender, "", event.text, delivery, now)
    if kept:
        _answer(kept, delivery if event.codes or event.delivery else None, event.codes, "sms")
    return kept


@action
def read_inbound(*, message: Inbound, by: Actor) -> None:
    """A person has read a message that Paraat could not place. Raises Conflict when somebody already did."""
    if Inbound.objects.filter(pk=message.pk, read_at=None).update(read_at=moment.now(), read_by=by.label) != 1:
        raise Conflict("Somebody has read this message already")
    record("inbound.read", by=by, on=message)
    facts.announce(facts.Settled(inbound_key(message)))
    live.publish("inbound", id=message.pk)


def inbound_key(message: Inbound) -> str:
    """Under which a message waits for a person."""
    return f"inbound:{message.pk}"


def _keep(
    reference: str,
    kind: str,
    verdict: str,
    sender: str,
    subject: str,
    text: str,
    delivery: Delivery | None,
    now: datetime,
) -> Inbound | None:
    row = Inbound(
        reference=_clean(reference)[:255],
        kind=kind,
        verdict=verdict,
        sender=_clean(sender)[:254],
        subject=_clean(subject)[:300],
        text=_clean(text)[:20_000],
        at=now,
        delivery=delivery,
    )
    Inbound.objects.bulk_create([row], ignore_conflicts=True)
    if not Inbound.objects.filter(pk=row.pk).exists():
        return None
    record(
        "inbound.received",
        by=SYSTEM,
        on=row,
        detail={"kind": kind, "verdict": verdict, "delivery": str(delivery.pk) if delivery else None},
    )
    live.publish("inbound", id=row.pk)
    return row


def _clean(text: str) -> str:
    """PostgreSQL holds every character but NUL."""
    return text.replace("\0", "")


def _is_taken(message: mail.Inbound, raw: bytes, delivery: Delivery | None) -> bool:
    """Whether a higher app takes a mail that answers no notice."""
    if delivery.notices.exists() if delivery else _by_codes(message.codes, message.sender):
        return False
    return taking.offer(taking.Came(message, raw, (delivery.key or "") if delivery else ""))


def _automatic(delivery: Delivery, now: datetime) -> None:
    """Nobody read it: on to the deputy."""
    Delivery.objects.filter(pk=delivery.pk, auto_replied_at=None).update(auto_replied_at=now)
    if delivery.purpose == Delivery.Purpose.NOTICE:
        hurry(deliveries=[delivery.pk], now=now)
        happening.notices_changed(list(delivery.notices.all()))
    _tell_asker(delivery, "automatic", delivery.kind)


def _answer(kept: Inbound, delivery: Delivery | None, codes: Collection[str], through: str) -> None:
    notices = (
        list(delivery.notices.select_related("alert", "organisation")) if delivery else _by_codes(codes, kept.sender)
    )
    contact = delivery.contact if delivery else _on_file(kept.sender, notices)
    if not notices and (delivery is None or delivery.key is None):
        _wait_for_person(kept)
        return
    if delivery is not None:
        _tell_asker(delivery, "person", through)
    name = contact.name if contact else kept.sender
    actor = Actor(ActorKind.CONTACT, contact.pk if contact else None, name)
    acknowledge_notices(notices=notices, by=actor, through=through, name=name)


def _by_codes(codes: Collection[str], sender: str) -> list[Notice]:
    """The notices that a code names, with those that the same message told the same address; only for an address on file with them."""
    named = list(Notice.objects.filter(code__in=codes).select_related("alert", "organisation"))
    known = [notice for notice in named if _on_file(sender, [notice]) is not None]
    together = Notice.objects.filter(
        told__delivery__notices__in=[notice.pk for notice in known], told__address=ladders.way_key("", sender)[1]
    )
    return list({notice.pk: notice for notice in [*known, *together.select_related("alert", "organisation")]}.values())


def _on_file(sender: str, notices: Sequence[Notice]) -> Contact | None:
    told = Delivery.objects.filter(notices__in=[notice.pk for notice in notices], address__iexact=sender.strip())
    first: Delivery | None = told.exclude(contact=None).select_related("contact").first()
    if first is not None and first.contact is not None:
        return first.contact
    organisations: list[UUID] = [notice.organisation_id for notice in notices]
    channel = ContactChannel.objects.filter(contact__organisation__in=organisations, address__iexact=sender.strip())
    found = channel.select_related("contact").first()
    return found.contact if found else None


def _tell_asker(delivery: Delivery, how: str, through: str) -> None:
    """What came back on an invitation or a test is for the app that told it."""
    if delivery.key and delivery.contact_id and delivery.purpose != Delivery.Purpose.PAGE:
        facts.announce(facts.Answered(delivery.key, delivery.contact_id, how, through))


def _wait_for_person(kept: Inbound) -> None:
    Inbound.objects.filter(pk=kept.pk).update(verdict="unknown")
    kept.verdict = "unknown"
    with happening.for_officers():
        summary = _("A message from %(sender)s answers no notice that we know") % {"sender": kept.sender}
    facts.announce(facts.Waits("inbound", inbound_key(kept), summary, f"/inbound/{kept.pk}/", urgent=False))
