"""Reminders of measures: planned with the due day, told to the owner, then to the head of administration, then put before the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.alerts import happening, ladders
from paraat.incidents.actions.task_reminders import spoc_of
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import configuration, facts, moment
from paraat.platform.actions import action, record
from paraat.readiness import configuration as settings
from paraat.readiness.models import Measure, MeasureChange, MeasureReminder
from paraat.readiness.rules import measures, reminders
from paraat.registry.models import Contact

BATCH = 500
"""Owners whose letters one run writes."""


@action
def replan(*, measure: Measure) -> None:
    """Bring its reminders in line with its state and due day: those of another day are cancelled, those of this one are planned. What was told
    for a day is not told again for the same one; what the team was shown is shown again when the measure is open again."""
    now = moment.now()
    day, silent = measure.due_on, _silenced(measure)
    rows = MeasureReminder.objects.filter(measure=measure)
    waiting = rows.filter(fired_at=None, cancelled_at=None)
    other = ~Q(for_day=day) if day else Q()
    cancelled = waiting.filter(other | Q(rung__in=silent)).update(cancelled_at=now)
    if day is not None:
        _plan(measure, day, {one.name: one.at for one in _rungs(day, now) if one.name not in silent})
    _show_or_settle(measure, now)
    detail = {"to_come": rows.filter(fired_at=None, cancelled_at=None).count(), "cancelled": cancelled}
    record("measure.reminders", by=SYSTEM, on=measure, organisation=measure.organisation_id, detail=detail)


def _rungs(day: date, now: datetime) -> tuple[reminders.Rung, ...]:
    head, team = settings.MEASURE_HEAD_AFTER.get(), settings.MEASURE_TEAM_AFTER.get()
    return reminders.rungs(day, now, head_after=head, team_after=team)


def _plan(measure: Measure, day: date, wanted: dict[str, datetime]) -> None:
    """Add what is missing for a day; what was cancelled for it and never told counts again, from its new moment."""
    for name, at in wanted.items():
        left = MeasureReminder.objects.filter(measure=measure, rung=name, for_day=day, fired_at=None)
        left.filter(cancelled_at__isnull=False).update(cancelled_at=None, due_at=at)
    fresh = [MeasureReminder(measure=measure, rung=name, for_day=day, due_at=at) for name, at in wanted.items()]
    MeasureReminder.objects.bulk_create(fresh, ignore_conflicts=True)


def _silenced(measure: Measure) -> frozenset[str]:
    """What is not told: everything of a measure that is not open or has no day, the owner's where that was muted."""
    if measure.state not in measures.OPEN or measure.due_on is None:
        return frozenset(reminders.ORDER)
    return reminders.OWNERS if measure.muted_at else frozenset()


def _show_or_settle(measure: Measure, now: datetime) -> None:
    """What waits for the team follows: it goes when the measure is dealt with or got another day, and is back when it is open again."""
    if measure.state in measures.OPEN and measure.due_on is not None:
        told = MeasureReminder.objects.filter(measure=measure, rung=reminders.TEAM, for_day=measure.due_on)
        if told.filter(fired_at__isnull=False).exists():
            _show_team(measure, now)
            return
    if Measure.objects.filter(pk=measure.pk, shown_at__isnull=False).update(shown_at=None) == 1:
        measure.shown_at = None
        facts.announce(facts.Settled(waiting_key(measure.pk)))


@action
def mute(*, measure: Measure, because: str, by: Actor) -> None:
    """Spare the owner the reminders, with a reason. The head of administration and the team are still told: silence is not a way out."""
    if not because.strip():
        raise Invalid("Say why", field="because")
    free = Measure.objects.filter(pk=measure.pk, muted_at=None, state__in=measures.OPEN)
    _set(free, measure, by, "muted", because, muted_at=moment.now(), muted_because=because.strip()[:500])


@action
def unmute(*, measure: Measure, by: Actor) -> None:
    """Remind the owner again."""
    muted = Measure.objects.filter(pk=measure.pk, muted_at__isnull=False)
    _set(muted, measure, by, "unmuted", "", muted_at=None, muted_because="")


def _set(rows: QuerySet[Measure], measure: Measure, by: Actor, deed: str, because: str, **fields: object) -> None:
    if rows.update(**fields) != 1:
        raise Conflict("Somebody else changed this measure meanwhile; nothing was written", measure=measure.number)
    measure.refresh_from_db()
    MeasureChange.objects.create(
        measure=measure, deed=deed, state_was=measure.state, state_is=measure.state, because=because.strip()[:500],
        at=moment.now(), by=by.label[:200], by_id=by.id,
    )  # fmt: skip
    record(
        f"measure.{deed}", by=by, on=measure, organisation=measure.organisation_id, detail={"because": because[:500]}
    )
    replan(measure=measure)


# Fired ----------------------------------------------------------------------------------------------------------------------------
@action
def fire_measure_reminders(*, now: datetime | None = None) -> int:
    """Fire what is due, late rather than never and each once; returns how many. All that one contact must hear of goes into one letter."""
    at = now or moment.now()
    due = MeasureReminder.objects.filter(due_at__lte=at, fired_at=None, cancelled_at=None)
    oldest = due.order_by("due_at").values_list("measure__organisation", flat=True)[:BATCH]
    whole = due.filter(
        measure__organisation__in=set(oldest)
    )  # all of an organisation at once: its letters are not split
    locked = list(
        whole.select_for_update(skip_locked=True, of=("self",)).select_related(
            "measure__organisation", "measure__owner__replaced_by"
        )
    )
    fired = [one for one in locked if _fires(one, at)]
    told = [_for_whom(one, at) for one in fired if one.rung != reminders.TEAM]
    rows = {one.pk: one.measure for one in fired}
    for letter in reminders.letters(one for one in told if one is not None):
        _tell(letter, [(rows[line.reminder], line.rung) for line in letter.lines])
    for one in fired:
        if one.rung == reminders.TEAM:
            _show_team(one.measure, at)
        detail = {"rung": one.rung, "number": one.measure.number}
        record("measure.reminded", by=SYSTEM, on=one.measure, organisation=one.measure.organisation_id, detail=detail)
    return len(fired)


def _fires(reminder: MeasureReminder, at: datetime) -> bool:
    free = MeasureReminder.objects.filter(pk=reminder.pk, fired_at=None, cancelled_at=None)
    return free.filter(measure__state__in=measures.OPEN).update(fired_at=at) == 1


def _for_whom(reminder: MeasureReminder, at: datetime) -> reminders.Due | None:
    row = reminder.measure
    contact = head_of(row.organisation_id, at) if reminder.rung == reminders.HEAD else owner_of(row, at)
    if contact is None:
        _show_team(row, at, nobody=True)
        return None
    return reminders.Due(reminder.pk, row.pk, reminder.rung, contact.pk, row.exercise)


def owner_of(row: Measure, at: datetime) -> Contact | None:
    """Who is reminded: the owner on file, or who replaces one that is away; where it is a function, or nobody who still holds, the SPOC."""
    owner: Contact | None = row.owner
    if owner is not None and owner.is_away(at) and owner.replaced_by is not None:
        owner = owner.replaced_by
    day = moment.day(at)
    gone = owner is None or owner.erased_at is not None or (owner.valid_until is not None and owner.valid_until <= day)
    return spoc_of(row.organisation_id) if gone else owner


def head_of(organisation: UUID, at: datetime) -> Contact | None:
    """The head of administration on file today."""
    rows = Contact.objects.answering().as_of(moment.day(at)).filter(organisation=organisation, role=Contact.Role.HEAD)
    found: Contact | None = rows.order_by("name").first()
    return found


def _tell(letter: reminders.Letter, about: Sequence[tuple[Measure, str]]) -> None:
    """Numbers and days only: a mailbox may be read by others, and what is not done yet is what an intruder looks for."""
    contact = Contact.objects.select_related("organisation").get(pk=letter.contact)
    with translation.override(ladders.written_languages(contact.organisation, contact)[0]):
        subject, body = words(about)
    key = sha256("".join(str(one) for one in letter.reminders).encode()).hexdigest()[:32]
    facts.announce(
        facts.Tells(f"measures/{contact.pk}/{key}", contact.pk, "reminder", subject, body, exercise=letter.exercise)
    )


def words(about: Sequence[tuple[Measure, str]]) -> tuple[str, str]:
    """Subject and text of a reminder, in the active language."""
    count = len(about)
    late = [one for one, rung in about if rung in {reminders.OVERDUE, reminders.HEAD}]
    if count == 1:
        values = {"number": about[0][0].number}
        subject = _("Measure %(number)s is late") % values if late else _("Measure %(number)s is due soon") % values
    else:
        subject = ngettext("%(count)s measure asks for attention", "%(count)s measures ask for attention", count) % {
            "count": count
        }
    lines = [
        _line(one, rung)
        for one, rung in sorted(about, key=lambda pair: (pair[0].due_on or moment.today(), pair[0].number))
    ]
    where = configuration.public_url() + (
        reverse("measure", args=[about[0][0].pk]) if count == 1 else reverse("measures")
    )
    ask = _("Sign in to say how far it is, to change the day, or to say that it is done:")
    return subject, "\n".join([*lines, "", ask, where, ""])


def _line(row: Measure, rung: str) -> str:
    due = f"{row.due_on:%d/%m/%Y}" if row.due_on else ""
    values = {"number": row.number, "due": due}
    match rung:
        case reminders.OVERDUE:
            return _("%(number)s was due on %(due)s.") % values
        case reminders.HEAD:
            return (
                _("%(number)s was due on %(due)s and is still not done; you are told as head of administration.")
                % values
            )
    return _("%(number)s is due on %(due)s.") % values


def waiting_key(measure: UUID) -> str:
    """Under which a measure that is long overdue waits for the team."""
    return f"measure/{measure}"


def _show_team(row: Measure, at: datetime, *, nobody: bool = False) -> None:
    """On the team's list of what waits: long overdue, or nobody on file to remind."""
    Measure.objects.filter(pk=row.pk, shown_at=None).update(shown_at=at)
    name = row.organisation.name
    with happening.for_officers():
        said = (
            _("Measure %(number)s of %(name)s: nobody on file can be reminded")
            if nobody
            else _("Measure %(number)s of %(name)s is long overdue")
        )
        summary = said % {"number": row.number, "name": name}
    facts.announce(
        facts.Waits(
            "measure", waiting_key(row.pk), summary, reverse("measure", args=[row.pk]), row.organisation_id, urgent=False, exercise=row.exercise,
        )
    )  # fmt: skip
