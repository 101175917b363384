"""The ways to reach a contact, in order. A new address by link counts only after confirmation through the old one or a call-back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.formats import registry_cells as cells
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Settled, Tells, Waits, announce
from paraat.registry import links
from paraat.registry.actions.reach import recompute_reach
from paraat.registry.models import Contact, ContactChannel


def normalised(kind: str, address: str) -> str:
    """The address as it is kept. Raises Invalid when it is none."""
    try:
        match kind:
            case ContactChannel.Kind.MAIL:
                return cells.mail(address)
            case ContactChannel.Kind.SMS | ContactChannel.Kind.VOICE:
                return cells.phone(address)
            case ContactChannel.Kind.MATRIX if address.startswith(("@", "!", "#")) and ":" in address:
                return address.strip()
            case ContactChannel.Kind.WEBHOOK if address.startswith("https://"):
                return address.strip()
    except ValueError as error:
        raise Invalid(str(error)) from error
    raise Invalid("This is not an address of that kind", kind=kind)


@action
def add_channel(
    *, contact: Contact, kind: str, address: str, by: Actor, position: int | None = None, confirmed: bool = False
) -> ContactChannel:
    """One more way to reach a contact, tried last unless `position` says otherwise. An officer adds it, after a call."""
    last = contact.channels.aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            channel = ContactChannel.objects.create(
                contact=contact,
                kind=kind,
                address=normalised(kind, address),
                position=position or last + 1,
                confirmed_at=moment.now() if confirmed else None,
            )
    except IntegrityError as error:
        raise Conflict("This address is on file already") from error
    _record("channel.add", contact, channel, by)
    recompute_reach([contact.organisation_id])
    channel.refresh_from_db()
    return channel


@action
def remove_channel(*, channel: ContactChannel, by: Actor) -> None:
    """A way that no longer works."""
    contact = channel.contact
    _record("channel.remove", contact, channel, by)
    announce(Settled(_key(channel)))
    ContactChannel.objects.filter(pk=channel.pk).delete()


@action
def order_channels(*, contact: Contact, order: Sequence[UUID], by: Actor) -> None:
    """Try the channels in this order. Raises Conflict when they are not exactly those on file."""
    channels = {channel.pk: channel for channel in contact.channels.select_for_update()}
    if set(order) != set(channels) or len(order) != len(channels):
        raise Conflict("The channels changed in the meantime")
    for position, pk in enumerate(order, start=1):
        channels[pk].position = position
    ContactChannel.objects.bulk_update(channels.values(), ["position"])
    record("channel.order", by=by, on=contact, organisation=contact.organisation_id)


@action
def ask_channel_change(*, channel: ContactChannel, address: str, by: Actor) -> None:
    """The contact asks, by link, for another address. The old one stays in use; a link goes there, and an officer can call back instead."""
    contact, now = channel.contact, moment.now()
    wanted = normalised(channel.kind, address)
    if wanted == channel.address:
        raise Invalid("This is the address on file")
    ContactChannel.objects.filter(pk=channel.pk).update(pending_address=wanted, pending_since=now)
    channel.refresh_from_db()
    _record("channel.ask", contact, channel, by)
    with translation.override(_language(contact)):
        subject = _("Confirm your new address")
        body = _(
            "Somebody asked to reach you at another address: %(new)s. If that was you, confirm it here: %(link)s\n"
            "If it was not you, do nothing and call the team."
        ) % {"new": channel.pending_address, "link": links.channel_url(channel, now)}
    key = f"channel:{channel.pk}:{now.isoformat()}"
    announce(Tells(key, contact.pk, "invitation", subject, body, channel=channel.pk, exercise=contact.exercise))
    announce(
        Waits(
            kind="channel_change",
            key=_key(channel),
            summary=f"{contact.organisation.name}: call back to confirm a new {channel.get_kind_display()} address",
            url=f"/organisations/{contact.organisation_id}/",
            organisation=contact.organisation_id,
            urgent=False,
            exercise=contact.exercise,
        )
    )


@action
def confirm_channel_change(*, channel: ContactChannel, by: Actor, through: str) -> None:
    """The pending address counts from now on; `through`: "old channel" or "call-back". Raises Conflict when nothing is pending."""
    contact, wanted = channel.contact, channel.pending_address
    pending = ContactChannel.objects.filter(pk=channel.pk, pending_address=wanted).exclude(pending_address="")
    try:
        with transaction.atomic():
            changed = pending.update(address=wanted, pending_address="", pending_since=None, confirmed_at=moment.now())
    except IntegrityError as error:
        raise Conflict("This address is on file already") from error
    if changed != 1:
        raise Conflict("No change of this channel is waiting")
    channel.refresh_from_db()
    _record("channel.change", contact, channel, by, through=through)
    announce(Settled(_key(channel)))
    recompute_reach([contact.organisation_id])


@action
def refuse_channel_change(*, channel: ContactChannel, by: Actor) -> None:
    """The change was not theirs: the old address stays."""
    pending = ContactChannel.objects.filter(pk=channel.pk).exclude(pending_address="")
    if pending.update(pending_address="", pending_since=None) != 1:
        raise Conflict("No change of this channel is waiting")
    _record("channel.refuse", channel.contact, channel, by)
    announce(Settled(_key(channel)))


def _record(verb: str, contact: Contact, channel: ContactChannel, by: Actor, **more: str) -> None:
    """On the contact, so that erasing a person finds it. The address itself stays out of the journal."""
    detail = {"kind": channel.kind, "channel": str(channel.pk), **more}
    record(verb, by=by, on=contact, organisation=contact.organisation_id, detail=detail)


def _key(channel: ContactChannel) -> str:
    return f"channel:{channel.pk}"


def _language(contact: Contact) -> str:
    return (contact.languages or contact.organisation.languages or ["nl"])[0]
