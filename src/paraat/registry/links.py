"""Signed links for a contact without an account: confirm one's own data, set an absence, change a channel, answer a test."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from paraat.kernel.errors import NotFound
from paraat.platform import configuration, crypto, moment
from paraat.registry.models import Contact, ContactChannel

VALID = timedelta(days=21)
_CONTACT, _CHANNEL = "contact", "channel"


def contact_url(contact: Contact, now: datetime) -> str:
    """Where a contact finds its own page, for three weeks."""
    token = crypto.sign_link(_CONTACT, contact.pk, now + VALID)
    return configuration.public_url() + reverse("own_contact", args=[token])


def channel_url(channel: ContactChannel, now: datetime) -> str:
    """Where the old channel confirms the new address that is pending; a later request makes this link void."""
    token = crypto.sign_link(_CHANNEL, f"{channel.pk}:{_digest(channel)}", now + VALID)
    return configuration.public_url() + reverse("own_channel", args=[token])


def contact_of(token: str, now: datetime) -> Contact:
    """The contact of a link. Raises BadLink, ExpiredLink, and NotFound for one that is no longer on file."""
    pk = crypto.read_uuid_link(_CONTACT, token, now=now)
    found = Contact.objects.answering().as_of(moment.day(now)).select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise NotFound("This contact is no longer on file")
    return found  # type: ignore[no-any-return]


def channel_of(token: str, now: datetime) -> ContactChannel:
    """The channel whose pending address a link confirms. Raises BadLink, ExpiredLink, and NotFound when something else is pending by now."""
    pk, _, digest = str(crypto.read_link(_CHANNEL, token, now=now)).partition(":")
    found = ContactChannel.objects.select_related("contact__organisation").filter(pk=UUID(pk)).first()
    if found is None or not found.pending_address or _digest(found) != digest:
        raise NotFound("This change is no longer waiting to be confirmed")
    return found  # type: ignore[no-any-return]


def _digest(channel: ContactChannel) -> str:
    return hashlib.sha256(channel.pending_address.encode()).hexdigest()[:12]
