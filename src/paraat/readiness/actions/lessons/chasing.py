"""Who stays silent is chased, rung by rung: its contact, its service provider, then the team sees it. What is due is a row; it is fired once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.alerts import happening, ladders
from paraat.alerts.rules import ladder
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.readiness import lesson_words
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider
from paraat.readiness.rules import chasing
from paraat.readiness.rules.chasing import Rung
from paraat.registry.models import Contact, Organisation, Supply

BATCH = 100


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a reminder can go to: the contact of each organisation, and the providers that were told and may speak for it."""

    contacts: dict[UUID, tuple[Contact, UUID | None]]
    providers: dict[tuple[UUID, UUID], tuple[UUID, ...]]


@action
def chase_due(*, limit: int = BATCH) -> int:
    """Fire what is due; how many rows were. An answered, withdrawn or closed one is never chased, and nobody is told the same twice: the rung is
    climbed in the transaction that tells, and what is told carries a key of its own."""
    now = moment.now()
    rows = _due(now, limit)
    if not rows:
        return 0
    reach = _reach(rows)
    climbed = [(row, rung) for row in rows if (rung := _climb(row, reach, now)) is not None]
    _tell_contacts([row for row, rung in climbed if rung is Rung.CONTACT], reach)
    _tell_providers([row for row, rung in climbed if rung is Rung.PROVIDER], reach, now)
    _show_team(row.lesson for row, rung in climbed if rung is Rung.TEAM)
    return len(rows)


def silent_key(lesson: Lesson) -> str:
    """Under which those that stay silent wait for the team, once per lesson."""
    return f"lesson-silent:{lesson.pk}"


def _due(now: datetime, limit: int) -> list[LessonAnswer]:
    """At least `limit` of what is due, where there is so much; of a lesson everything at once, so that the letter to a provider is not split."""
    due = LessonAnswer.objects.filter(
        chase_at__lte=now, told=True, lesson__state=Lesson.State.RELEASED,
        state__in=[LessonAnswer.State.OPEN, LessonAnswer.State.PLANNED],
    )  # fmt: skip
    oldest = due.order_by("chase_at", "pk").values_list("lesson", flat=True)[:limit]
    rows = due.filter(lesson__in=set(oldest)).select_for_update(of=("self",), skip_locked=True)
    return list(rows.select_related("lesson", "organisation").order_by("chase_at", "pk"))


def _climb(row: LessonAnswer, reach: Reach, now: datetime) -> Rung | None:
    """Climb one rung; None when another process was first."""
    promised = row.state == LessonAnswer.State.PLANNED
    step = chasing.step(
        row.chased,
        contact=row.organisation_id in reach.contacts,
        provider=bool(reach.providers.get((row.lesson_id, row.organisation_id))),
        after=chasing.AGAIN if promised else chasing.pause(row.lesson.urgency),
        now=now,
    )
    waiting = LessonAnswer.objects.filter(pk=row.pk, state=row.state, chased=row.chased, chase_at=row.chase_at)
    if waiting.update(chased=step.rung, chase_at=step.next_at) != 1:
        return None
    detail = {"lesson": row.lesson.number, "rung": step.rung.name.lower()}
    record("lesson.chased", by=SYSTEM, on=row, organisation=row.organisation_id, detail=detail)
    return step.rung


def _reach(rows: Sequence[LessonAnswer]) -> Reach:
    """In a constant number of queries."""
    now = moment.now()
    providers = _providers(rows)
    whom = {row.organisation_id for row in rows} | {one for some in providers.values() for one in some}
    book = ladders.book(whom, now)
    contacts: dict[UUID, tuple[Contact, UUID | None]] = {}
    for one in whom:
        rungs = ladder.rungs(book.people.get(one, ()), (), now)
        if rungs:
            call = rungs[0].calls[0]
            contacts[one] = book.contacts[call.person.id], call.way.channel
    reachable = {key: tuple(one for one in some if one in contacts) for key, some in providers.items()}
    return Reach(contacts, reachable)


def _providers(rows: Sequence[LessonAnswer]) -> dict[tuple[UUID, UUID], tuple[UUID, ...]]:
    """Per lesson and constituent the providers that were told of it, supply it today, and have its agreement."""
    told: defaultdict[UUID, set[UUID]] = defaultdict(set)
    pairs = LessonProvider.objects.filter(lesson__in={row.lesson_id for row in rows}).values_list("lesson", "provider")
    for lesson, provider in pairs:
        told[lesson].add(provider)
    agreed: defaultdict[UUID, set[UUID]] = defaultdict(set)
    supplies = Supply.objects.as_of(moment.today()).filter(
        customer__in={row.organisation_id for row in rows}, consent=True
    )
    for customer, supplier in supplies.values_list("customer", "supplier"):
        agreed[customer].add(supplier)
    return {
        (row.lesson_id, row.organisation_id): tuple(sorted(told[row.lesson_id] & agreed[row.organisation_id])) for row in rows
    }  # fmt: skip


def _tell_contacts(rows: Sequence[LessonAnswer], reach: Reach) -> None:
    for row in rows:
        contact, channel = reach.contacts[row.organisation_id]
        subject, body = lesson_words.reminder(row, _language(row.organisation, contact))
        since = row.planned_on or row.lesson.due_on
        key = f"lesson:{row.pk}:{row.state}:{since}"
        facts.announce(facts.Tells(key, contact.pk, "reminder", subject, body, channel, exercise=row.exercise))


def _tell_providers(rows: Sequence[LessonAnswer], reach: Reach, now: datetime) -> None:
    """One message per provider and lesson, however many of its customers are silent."""
    groups: defaultdict[tuple[UUID, UUID], list[LessonAnswer]] = defaultdict(list)
    for row in rows:
        for provider in reach.providers[row.lesson_id, row.organisation_id]:
            groups[row.lesson_id, provider].append(row)
    for (lesson, provider), some in groups.items():
        contact, channel = reach.contacts[provider]
        customers = sorted((row.organisation for row in some), key=lambda one: one.name)
        subject, body = lesson_words.reminder_for_provider(
            some[0].lesson, customers, _language(contact.organisation, contact)
        )
        key = f"lesson:{lesson}:{provider}:{now.isoformat(timespec='seconds')}"
        facts.announce(facts.Tells(key, contact.pk, "reminder", subject, body, channel, exercise=some[0].exercise))


def _language(organisation: Organisation, contact: Contact) -> str:
    return ladders.written_languages(organisation, contact)[0]


def _show_team(lessons: Iterable[Lesson]) -> None:
    for lesson in {one.pk: one for one in lessons}.values():
        with happening.for_officers():
            summary = _("Some have not answered lesson %(number)s in time") % {"number": lesson.number}
        link = f"/lessons/{lesson.pk}/answers/?chased=3"
        facts.announce(facts.Waits("lesson", silent_key(lesson), summary, link, urgent=False, exercise=lesson.exercise))
