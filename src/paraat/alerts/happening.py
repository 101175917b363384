"""What every change of an alert tells: pages that are open, and outside systems that asked to know.

Live topics: `alerts` (id: the alert), `alert.<id>` (id: the organisation, empty when many changed), `organisation.<id>` (id: the notice), `calls`
(id: the line), `outbox` (id: the alert) and `switch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation

from paraat.alerts.models import Alert, Notice
from paraat.platform import facts, live

MANY = 400
"""Above so many notices in one change a page is told once to look again, instead of once per town."""


def changed(alert: Alert) -> None:
    """The alert itself changed."""
    live.publish("alerts", id=alert.pk)
    live.publish(f"alert.{alert.pk}")


def notices_changed(notices: Sequence[Notice]) -> None:
    """These notices changed."""
    alerts = list(dict.fromkeys(notice.alert_id for notice in notices))
    changes: list[tuple[str, UUID | str]] = [("alerts", alert) for alert in alerts]
    if len(notices) > MANY:
        changes += [(f"alert.{alert}", "") for alert in alerts]
    else:
        changes += [(f"alert.{notice.alert_id}", notice.organisation_id) for notice in notices]
        changes += [(f"organisation.{notice.organisation_id}", notice.pk) for notice in notices]
    live.publish_many(changes)


def alert_happened(event: str, alert: Alert, at: datetime) -> None:
    """Tell outside systems of an alert."""
    facts.announce(facts.Happened(event, alert.pk, alert.pk, alert.number, at, alert.tlp, alert.exercise))


def notices_happened(event: str, notices: Iterable[Notice], at: datetime) -> None:
    """Tell outside systems of notices; each of them carries its alert."""
    for notice in notices:
        number = notice.alert.number
        facts.announce(
            facts.Happened(
                event, notice.pk, notice.alert_id, number, at, notice.tlp, notice.exercise, notice.organisation_id
            )
        )


def for_officers() -> translation.override:
    """The language in which something is written down for officers to read: that of the installation."""
    return translation.override(settings.LANGUAGE_CODE)
