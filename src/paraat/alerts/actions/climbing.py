"""The ladder climbs: whatever is due and not acknowledged goes one rung further, once, however late it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from paraat.accounts.models import Shift, User
from paraat.alerts import happening, ladders, links
from paraat.alerts.actions.calls import put_on_call_list
from paraat.alerts.actions.switch import is_stopped
from paraat.alerts.actions.telling import Message, tell
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules import ladder
from paraat.alerts.rules.ladder import Next, Step
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, moment
from paraat.platform.actions import action, record

BATCH = 500


def climb_ladders(*, now: datetime | None = None, alert: Alert | None = None, limit: int | None = None) -> int:
    """Take every due notice one rung further, in batches of a transaction each; returns how many notices moved.

    `now` defaults to the database's clock. `alert` limits it to one alert, `limit` to so many notices. Called at the same moment by two
    processes, each takes other notices.
    """
    at, moved = now or moment.now(), 0
    while limit is None or moved < limit:
        batch = climb_some(now=at, alert=alert, limit=BATCH if limit is None else min(BATCH, limit - moved))
        if not batch:
            break
        moved += batch
    return moved


@action
def climb_some(*, now: datetime, alert: Alert | None = None, limit: int = BATCH) -> int:
    """One batch of `climb_ladders`."""
    if is_stopped():
        return 0
    notices = _due(now, alert, limit)
    if not notices:
        return 0
    contacts = ladders.book({notice.organisation_id for notice in notices}, now)
    situations = ladders.situations(notices, contacts, now)
    steps = {notice.pk: ladder.step(situations[notice.pk], now) for notice in notices}
    _tell(notices, steps, situations, contacts, now)
    by_next = _by_next(notices, steps)
    put_on_call_list(notices=by_next[Next.CALL_LIST], contacts=contacts, not_before=_mornings(steps), now=now)
    _exhaust(by_next[Next.EXHAUSTED], now)
    _advance(notices, steps, now)
    happening.notices_changed(notices)
    return len(notices)


def _due(now: datetime, alert: Alert | None, limit: int) -> list[Notice]:
    due = Notice.objects.overdue(now).filter(alert__state=Alert.State.SENT)
    if alert is not None:
        due = due.filter(alert=alert)
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("alert", "organisation")
    return list(locked.order_by("-severity", "step_due_at", "pk")[:limit])


def _by_next(notices: Sequence[Notice], steps: Mapping[UUID, Step]) -> defaultdict[Next, list[Notice]]:
    found: defaultdict[Next, list[Notice]] = defaultdict(list)
    for notice in notices:
        found[steps[notice.pk].next].append(notice)
    return found


def _mornings(steps: Mapping[UUID, Step]) -> dict[UUID, datetime | None]:
    return {notice: step.waits_until for notice, step in steps.items()}


def _tell(
    notices: Sequence[Notice],
    steps: Mapping[UUID, Step],
    situations: Mapping[UUID, ladder.Situation],
    contacts: ladders.Book,
    now: datetime,
) -> None:
    messages = [
        Message(
            notice,
            contacts.contacts[call.person.id],
            call.way,
            ladder.upcoming(after(situations[notice.pk], steps[notice.pk])),
        )
        for notice in notices
        for call in steps[notice.pk].calls
    ]
    tell(messages=messages, now=now)
    for notice in notices:
        calls = steps[notice.pk].calls
        if calls:
            said = [{"role": call.person.role, "kind": call.way.kind} for call in calls]
            record(
                "notice.told",
                by=SYSTEM,
                on=notice,
                organisation=notice.organisation_id,
                detail={"step": notice.step + 1, "to": said},
            )


def after(situation: ladder.Situation, step: Step) -> ladder.Situation:
    """The situation once this step's messages are out."""
    used = situation.used | {call.way.key for call in step.calls}
    return ladder.Situation(
        situation.severity,
        situation.rungs,
        used,
        situation.absent,
        situation.listed,
        situation.ring_at_night,
        situation.pace,
    )


def _exhaust(notices: Sequence[Notice], now: datetime) -> None:
    """Nobody answered on any rung: it belongs to the officer on shift, who is reminded as long as it lasts."""
    fresh = [notice for notice in notices if notice.exhausted_at is None]
    officer = _officer_on_shift(now) if fresh else None
    for notice in fresh:
        record(
            "notice.exhausted", by=SYSTEM, on=notice, organisation=notice.organisation_id,
            detail={"officer": str(officer.pk) if officer else None},
        )  # fmt: skip
    Notice.objects.filter(pk__in=[notice.pk for notice in fresh]).update(exhausted_at=now, officer=officer)
    for notice in notices:
        _announce(notice)


def _announce(notice: Notice) -> None:
    with happening.for_officers():
        summary = _("Nobody at %(name)s answers alert %(number)s") % {
            "name": notice.organisation.name, "number": notice.alert.number,
        }  # fmt: skip
    facts.announce(
        facts.Waits(
            "exhausted", exhausted_key(notice), summary, links.notice_path(notice), notice.organisation_id,
            urgent=notice.severity >= 2, exercise=notice.exercise,
        )
    )  # fmt: skip


def exhausted_key(notice: Notice) -> str:
    """Under which an exhausted ladder waits for a person."""
    return f"exhausted:{notice.pk}"


def _officer_on_shift(now: datetime) -> User | None:
    shift = Shift.objects.filter(starts_at__lte=now, ends_at__gt=now, user__is_active=True)
    order = list(Shift.Position.values)
    found = sorted(shift.select_related("user"), key=lambda one: order.index(one.position))
    return found[0].user if found else None


def _advance(notices: Sequence[Notice], steps: Mapping[UUID, Step], now: datetime) -> None:
    """Write the timers: one update per distinct step. Who was told before and has now had a whole interval is silent."""

    def kind(notice: Notice) -> tuple[datetime, datetime | None, bool, bool]:
        step = steps[notice.pk]
        lapsed = (
            notice.step > 0 and notice.silent_since is None and notice.step_due_at is not None and not notice.hurried
        )
        assert step.due_at is not None  # noqa: S101  # the rules always give one
        return step.due_at, step.waits_until, step.next is not Next.WAIT, lapsed

    far = datetime.max.replace(tzinfo=now.tzinfo)
    ordered = sorted(notices, key=lambda notice: tuple(far if part is None else part for part in kind(notice)))
    for (due, waits, moves, lapsed), group in groupby(ordered, kind):
        some = list(group)
        changes = {"step_due_at": due, "waits_until": waits, "hurried": False} | (
            {"step": F("step") + 1} if moves else {}
        )
        if lapsed:
            changes["silent_since"] = now
        Notice.objects.filter(pk__in=[notice.pk for notice in some]).update(**changes)
        if lapsed:
            _note_silence(some, now)


def _note_silence(notices: Sequence[Notice], now: datetime) -> None:
    for notice in notices:
        record(
            "notice.silent",
            by=SYSTEM,
            on=notice,
            organisation=notice.organisation_id,
            detail={"alert": notice.alert.number},
        )
    happening.notices_happened("notice.silent", notices, now)
