"""The signed addresses in messages. A token names one delivery, and so its notices: what the page may show is what that message said."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from paraat.alerts.models import Delivery, Notice
from paraat.platform import configuration, crypto, keys

PURPOSE = "notice"
VALID = timedelta(days=30)


def notice_token(delivery: Delivery) -> str:
    """The token of a delivery, valid for 30 days from when the delivery was made; short enough for an SMS."""
    return crypto.sign_link(PURPOSE, delivery.pk, delivery.created_at + VALID)


def notice_url(delivery: Delivery) -> str:
    """The address to acknowledge without signing in. Opening it changes nothing but `opened_at`; a button confirms."""
    return f"{configuration.public_url()}/n/{notice_token(delivery)}/"


def read(token: str, *, now: datetime) -> UUID:
    """The delivery that a token names. Raises crypto.BadLink or crypto.ExpiredLink."""
    return crypto.read_uuid_link(PURPOSE, token, now=now)


def delivery_of(token: str, *, now: datetime) -> Delivery:
    """The delivery with its notices (`delivery.notices.all()`), organisations and alert. Raises BadLink or ExpiredLink."""
    found: Delivery | None = Delivery.objects.select_related("alert", "contact").filter(pk=read(token, now=now)).first()
    if found is None:
        raise crypto.BadLink()
    return found


def alert_url(alert: UUID) -> str:
    """The alert's page, for people who sign in."""
    return f"{configuration.public_url()}/alerts/{alert}/"


def notice_path(notice: Notice) -> str:
    """Where an officer finds a notice: its alert's page, at its organisation."""
    return f"/alerts/{notice.alert_id}/#notice-{notice.pk}"


def webhook_secret(channel: UUID) -> bytes:
    """The secret that signs what is posted to one webhook; its owner reads it where the channel is entered. It changes when the link keys do."""
    return hmac.digest(keys.link_keys()[0].encode(), b"webhook\0" + channel.bytes, "sha256").hex().encode()
