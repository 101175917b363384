"""What the screen of the first five minutes shows: the list that was dropped, Ronse's phone, and the ladder of Spiere-Helkijn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from paraat.alerts.models import Alert, AlertQuerySet, CallLine, Delivery, Notice
from paraat.formats.reply_text import MARKER
from paraat.platform import moment
from paraat.platform.models import HouseMessage
from paraat.registry.models import Contact
from paraat.web.first_minutes import plug

ANSWERS, SILENT = "45041", "34043"
"""NIS codes of Ronse, which answers, and of Spiere-Helkijn, which is left silent."""
_LINK = re.compile(r"https?://\S+/n/\S+")
_EXCERPT = 260


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a phone shows it: the beginning of its words, the whole of them, and the address of the page behind its link."""

    kind: str
    at: datetime
    subject: str
    excerpt: str
    whole: str
    link: str


@dataclass(frozen=True, slots=True)
class Try:
    """One message of the ladder: by which way, in which state, and after how many minutes of the exercise's own clock."""

    way: str
    state: str
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Rung:
    """Somebody on the ladder, with everything that was tried."""

    who: str
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on the screen at one moment."""

    now: datetime
    alert: Alert | None
    notices: Sequence[Notice]
    phone: Sequence[Message]
    ladder: Sequence[Rung]
    silent: Notice | None
    call: CallLine | None
    answered: Notice | None
    plug: plug.Outcome | None

    @property
    def steps(self) -> list[bool]:
        """Which of the five steps are done."""
        done = self.answered is not None and self.answered.state == Notice.State.ACKNOWLEDGED
        finished = bool(self.plug and self.plug.finished)
        return [self.alert is not None, bool(self.phone), done, self.call is not None, finished]

    @property
    def here(self) -> int:
        """The step to do now, from 0; 5 when all are done."""
        return next((place for place, done in enumerate(self.steps) if not done), len(self.steps))


def lists() -> AlertQuerySet:
    """The alerts of lists that were dropped here and not withdrawn by starting over."""
    return Alert.objects.filter(exercise=True, kind=Alert.Kind.TARGET_LIST, state=Alert.State.SENT)


def scene(pace: int) -> Scene:
    """The scene now, in a constant number of queries; the exercise's clock runs `pace` times as fast."""
    alert = lists().order_by("-created_at").first()
    rows = alert.notices.select_related("organisation", "alert").order_by("organisation__name") if alert else ()
    notices = list(rows)
    by_nis = {notice.organisation.nis: notice for notice in notices}
    silent, answered = by_nis.get(SILENT), by_nis.get(ANSWERS)
    return Scene(
        now=moment.now(),
        alert=alert,
        notices=notices,
        phone=_phone(answered),
        ladder=_ladder(silent, pace),
        silent=silent,
        call=CallLine.objects.filter(notices=silent).order_by("since").first() if silent else None,
        answered=answered,
        plug=plug.outcome(),
    )


def _ladder(notice: Notice | None, pace: int) -> list[Rung]:
    if notice is None or notice.sent_at is None:
        return []
    rows = notice.deliveries.filter(purpose=Delivery.Purpose.NOTICE).select_related("contact").order_by("created_at")
    return [
        Rung(who, tuple(_try(row, notice.sent_at, pace) for row in group))
        for who, group in groupby(rows, lambda row: row.contact.name if row.contact else row.address)
    ]


def _try(row: Delivery, since: datetime, pace: int) -> Try:
    minutes = round((row.created_at - since).total_seconds() * pace / 60)
    return Try(row.get_kind_display(), row.state, row.created_at, minutes)


def _phone(notice: Notice | None) -> list[Message]:
    """What reached the SPOC about this notice, the newest first."""
    if notice is None:
        return []
    told = notice.deliveries.filter(contact__role=Contact.Role.SPOC).values("pk")
    return [_message(kept) for kept in HouseMessage.objects.filter(delivery__in=told).order_by("-at")[:20]]


def _message(kept: HouseMessage) -> Message:
    link = _LINK.search(kept.body)
    blocks = [block.strip() for block in kept.body.split("\n\n")]
    said = [one for one in blocks if one and not one.startswith((MARKER.strip(), "http")) and one not in kept.subject]
    words = "\n".join(said) if kept.kind == "mail" else _LINK.sub("", kept.body).strip()
    excerpt = words if len(words) <= _EXCERPT else words[:_EXCERPT].rsplit(maxsplit=1)[0] + " …"
    address = urlsplit(link.group()).path if link else ""
    return Message(kept.kind, kept.at, kept.subject, excerpt, kept.body, address)
