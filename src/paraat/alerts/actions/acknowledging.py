"""A person has seen it, says what was done, and how the site is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paraat.accounts.models import User
from paraat.alerts import happening
from paraat.alerts.actions.calls import close_lines_of
from paraat.alerts.actions.climbing import exhausted_key
from paraat.alerts.actions.telling import cancel
from paraat.alerts.models import Delivery, Notice
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action, record

THROUGH = frozenset({"link", "mail", "sms", "key", "officer", "portal"})
State = Notice.State


@action
def acknowledge_notice(*, notice: Notice, by: Actor, through: str, name: str) -> Notice:
    """A named person has seen the notice: its ladder stops, for good.

    The first one counts: acknowledging again changes nothing and gives back what stands, so that two at once both get an answer. A withdrawn
    notice stays withdrawn. Raises Invalid without a name or with an unknown `through` (link, mail, sms, key, officer, portal), Conflict for a
    notice that nobody was told yet.
    """
    acknowledge_notices(notices=[notice], by=by, through=through, name=name)
    notice.refresh_from_db()
    if notice.state == State.PREPARED:
        raise Conflict("Nobody was told this yet")
    return notice


@action
def acknowledge_delivery(*, delivery: Delivery, by: Actor, through: str, name: str) -> list[Notice]:
    """Acknowledge every notice that one message was about; returns all of them as they stand now."""
    acknowledge_notices(notices=_of(delivery), by=by, through=through, name=name)
    return _of(delivery)


@action
def acknowledge_notices(*, notices: Sequence[Notice], by: Actor, through: str, name: str) -> list[Notice]:
    """Acknowledge several at once; returns those that this call acknowledged."""
    person = (name.strip() or by.label.strip())[:200]
    if through not in THROUGH:
        raise Invalid("This is not a way to acknowledge", through=through)
    if not person:
        raise Invalid("Who has seen it? Reached means that a named person acknowledged")
    now = moment.now()
    done = [notice for notice in notices if _acknowledge(notice, person, through, now)]
    for notice in done:
        record(
            "notice.acknowledged", by=by, on=notice, organisation=notice.organisation_id,
            detail={"name": person, "through": through, "alert": notice.alert.number},
        )  # fmt: skip
    if done:
        _stop(done, now)
    return done


@action
def open_notice(*, notice: Notice) -> bool:
    """The signed page was viewed for the first time; says whether this was it. Nobody is reached by that: a mail scanner looks too."""
    now = moment.now()
    if Notice.objects.filter(pk=notice.pk, opened_at=None).exclude(state=State.PREPARED).update(opened_at=now) != 1:
        return False
    notice.opened_at = now
    happening.notices_changed([notice])
    return True


@action
def report_mitigation(*, notice: Notice, by: Actor, text: str, until: datetime | None) -> Notice:
    """What was done, and until when it holds (aware; None: for good is not a date, so nothing runs and a later list pages again).

    Saying what was done is also having seen it. Raises Invalid without a text or with a moment that is past.
    """
    now = moment.now()
    if not text.strip():
        raise Invalid("Say what was done")
    if until is not None and until <= now:
        raise Invalid("That moment is past")
    if notice.state != State.ACKNOWLEDGED:
        acknowledge_notice(notice=notice, by=by, through=_through(by), name=by.label)
    changes = {
        "mitigation": text.strip(),
        "mitigated_at": now,
        "mitigation_until": until,
        "mitigation_reminded_at": None,
    }
    if Notice.objects.filter(pk=notice.pk, state=State.ACKNOWLEDGED).update(**changes) != 1:
        raise Conflict("This notice was withdrawn")
    return _said(notice, "notice.mitigated", by, {"text": text.strip(), "until": until.isoformat() if until else None})


@action
def report_site(*, notice: Notice, by: Actor, state: str, since: datetime) -> Notice:
    """The site is up, slow or down, and since when, as its owner sees it. Also for a notice that nobody acknowledged."""
    if state not in {"up", "slow", "down"}:
        raise Invalid("A site is up, slow or down", state=state)
    if since > moment.now():
        raise Invalid("That moment has yet to come")
    if (
        Notice.objects.filter(pk=notice.pk).exclude(state=State.PREPARED).update(site_state=state, site_since=since)
        != 1
    ):
        raise Conflict("Nobody was told this yet")
    return _said(notice, "notice.site", by, {"state": state, "since": since.isoformat()})


@action
def take_exhausted(*, notice: Notice, by: Actor, officer: User) -> Notice:
    """An officer takes a notice that nobody answered as his own. Raises Conflict when its ladder is not exhausted or it is no longer open."""
    mine = Notice.objects.open().filter(pk=notice.pk, exhausted_at__isnull=False)
    if mine.update(officer=officer) != 1:
        raise Conflict("This notice does not wait for an officer")
    return _said(notice, "notice.taken", by, {"officer": str(officer.pk)})


def _acknowledge(notice: Notice, person: str, through: str, now: datetime) -> bool:
    changes = {
        "state": State.ACKNOWLEDGED,
        "acknowledged_at": now,
        "acknowledged_by": person,
        "acknowledged_through": through,
        "step_due_at": None,
        "waits_until": None,
    }
    return Notice.objects.filter(pk=notice.pk, state__in=[State.OPEN, State.EXPIRED]).update(**changes) == 1


def _stop(notices: Sequence[Notice], now: datetime) -> None:
    cancel(notices)
    close_lines_of(notices=notices, now=now, why="acknowledged")
    for notice in notices:
        facts.announce(facts.Settled(exhausted_key(notice)))
    happening.notices_changed(notices)
    happening.notices_happened("notice.acknowledged", notices, now)


def _of(delivery: Delivery) -> list[Notice]:
    return list(delivery.notices.select_related("alert", "organisation").order_by("organisation__name"))


def _through(by: Actor) -> str:
    return "officer" if by.kind == "user" else "link"


def _said(notice: Notice, verb: str, by: Actor, detail: dict[str, str | None]) -> Notice:
    notice.refresh_from_db()
    record(verb, by=by, on=notice, organisation=notice.organisation_id, detail=detail)
    happening.notices_changed([notice])
    return notice
