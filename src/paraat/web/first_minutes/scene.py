"""What the screen of the first five minutes shows: the list that was dropped, Ronse's phone, and the ladder of Spiere-Helkijn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paraat.alerts.models import Alert, CallLine, Delivery, Notice
from paraat.platform import moment
from paraat.platform.models import HouseMessage
from paraat.registry.models import ContactChannel, Organisation
from paraat.web.first_minutes import people, plug

ANSWERS, SILENT = "45041", "34043"
"""NIS codes of Ronse, which answers, and of Spiere-Helkijn, which is left silent."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on the screen at one moment."""

    now: datetime
    alert: Alert | None
    notices: list[Notice]
    phone: list[HouseMessage]
    ladder: list[Delivery]
    silent: Notice | None
    call: CallLine | None
    answered: Notice | None
    plug: plug.Outcome | None

    @property
    def steps(self) -> list[bool]:
        """Which of the five steps are done."""
        done = self.answered is not None and self.answered.state == Notice.State.ACKNOWLEDGED
        return [
            self.alert is not None,
            bool(self.phone),
            done,
            self.call is not None,
            bool(self.plug and self.plug.finished),
        ]


def scene() -> Scene:
    """The scene now, in a constant number of queries."""
    now = moment.now()
    alert = Alert.objects.filter(exercise=True, kind=Alert.Kind.TARGET_LIST).order_by("-created_at").first()
    notices = (
        []
        if alert is None
        else list(alert.notices.select_related("organisation", "alert").order_by("organisation__name"))
    )
    by_nis = {notice.organisation.nis: notice for notice in notices}
    silent, answered = by_nis.get(SILENT), by_nis.get(ANSWERS)
    return Scene(
        now=now,
        alert=alert,
        notices=notices,
        phone=_phone(people.town(ANSWERS), alert),
        ladder=list(silent.deliveries.select_related("contact").order_by("created_at")) if silent else [],
        silent=silent,
        call=CallLine.objects.filter(notices=silent).order_by("since").first() if silent else None,
        answered=answered,
        plug=plug.outcome(),
    )


def _phone(town: Organisation | None, alert: Alert | None) -> list[HouseMessage]:
    """What reached the SPOC since this alert, oldest first."""
    if town is None or alert is None:
        return []
    addresses = ContactChannel.objects.filter(contact__organisation=town, contact__role="spoc").values("address")
    since = alert.sent_at or alert.created_at
    return list(HouseMessage.objects.filter(address__in=addresses, at__gte=since).order_by("at")[:20])
