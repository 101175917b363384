"""What a constituent, or its service provider on its behalf, does with a lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.alerts.models import Notice
from paraat.incidents.actions.reports import submission_of, take_report
from paraat.incidents.models import Report
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.readiness import whom
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider
from paraat.readiness.rules import chasing, days
from paraat.registry.models import Organisation

State, Looked = LessonAnswer.State, LessonAnswer.Looked
LOOKED = frozenset({Looked.NOT_FOUND, Looked.FOUND, Looked.COULD_NOT})
MOST = 1000
"""Customers that a provider answers for in one go."""


@action
def answer_lesson(
    *,
    answer: LessonAnswer,
    by: Actor,
    state: str,
    because: str = "",
    planned_on: date | None = None,
    looked: str = "",
    on_behalf: Organisation | None = None,
) -> LessonAnswer:
    """Say what is done with a lesson: done, planned by a day, does not apply because, needs help with. It may be said anew; the journal keeps both.

    `looked`: of a lesson with indicators, what came of looking for them; "found" opens a report. `on_behalf`: the service provider that says it
    for its customer. Raises Invalid for what is missing, NotAllowed for a provider that was not told or has no agreement, Conflict when answers are
    not wanted any more or somebody else answered first.
    """
    if on_behalf is not None:
        _may_answer(on_behalf, answer.lesson, [answer.organisation_id])
    _answer(answer, by, on_behalf, state=state, because=because, planned_on=planned_on, looked=looked)
    touch([answer.organisation_id])
    return answer


def _answer(
    answer: LessonAnswer,
    by: Actor,
    on_behalf: Organisation | None,
    *,
    state: str,
    because: str = "",
    planned_on: date | None = None,
    looked: str = "",
) -> None:
    """Write one answer, with its line in the journal and what follows from it."""
    lesson = answer.lesson
    values = _values(lesson, state, because, planned_on, looked)
    now = moment.now()
    known = LessonAnswer.objects.filter(pk=answer.pk, state=answer.state, answered_at=answer.answered_at)
    changed = known.filter(lesson__state=Lesson.State.RELEASED).update(
        **values, **_moments(answer, state, planned_on, now), answered_at=now, answered_by=by.label[:200], answered_by_id=by.id, provider=on_behalf
    )  # fmt: skip
    if changed != 1:
        raise _why_not(lesson)
    before = answer.state
    answer.refresh_from_db()
    detail = {"lesson": lesson.number, "state": state, "was": before, "because": answer.because, "looked": answer.looked,
              "planned_on": planned_on, "on_behalf": on_behalf.name if on_behalf else ""}  # fmt: skip
    record("lesson.answered", by=by, on=answer, organisation=answer.organisation_id, detail=detail)
    _follow(answer, by)
    live.publish(f"lesson.{lesson.pk}", id=answer.organisation_id)


@action
def answer_for_customers(
    *, lesson: Lesson, provider: Organisation, customers: Sequence[UUID], by: Actor, **said: Any
) -> list[LessonAnswer]:
    """A service provider answers for several customers at once: all of them or none. Each is a line of its own in its customer's journal.

    Raises NotAllowed when one of them is not its customer, did not agree, or was not asked.
    """
    if not customers:
        raise Invalid("Choose at least one customer", field="customers")
    if len(set(customers)) > MOST:
        raise Invalid("So many at once do not fit", field="customers")
    _may_answer(provider, lesson, customers)
    rows = LessonAnswer.objects.filter(lesson=lesson, organisation__in=set(customers)).select_related(
        "lesson", "organisation"
    )
    answers = list(rows.order_by("organisation__name"))
    if len(answers) != len(set(customers)):
        raise NotAllowed("One of these was not asked")
    for answer in answers:
        _answer(answer, by, provider, **said)
    touch(customers)
    return answers


@action
def acknowledge_provider(*, told: LessonProvider, by: Actor, name: str) -> LessonProvider:
    """A named person of a service provider has read it. The first one counts."""
    person = (name.strip() or by.label.strip())[:200]
    if not person:
        raise Invalid("Who has seen it? Reached means that a named person acknowledged")
    unread = LessonProvider.objects.filter(pk=told.pk, acknowledged_at=None)
    if unread.update(acknowledged_at=moment.now(), acknowledged_by=person, acknowledged_by_id=by.id) == 1:
        detail = {"lesson": told.lesson.number, "name": person}
        record("lesson.acknowledged", by=by, on=told, organisation=told.provider_id, detail=detail)
    told.refresh_from_db()
    return told


@action
def note_acknowledged(*, notice: UUID, by: Actor) -> int:
    """A person has read the message that carried a lesson: noted on the row of the constituent, or of the service provider. How many rows."""
    found: Notice | None = (
        Notice.objects.filter(pk=notice, alert__lessons__isnull=False).select_related("alert").first()
    )
    if found is None:
        return 0
    lessons = list(found.alert.lessons.values_list("pk", flat=True))
    seen = {"acknowledged_at": found.acknowledged_at}
    asked = LessonAnswer.objects.filter(lesson__in=lessons, organisation=found.organisation_id, acknowledged_at=None)
    told = LessonProvider.objects.filter(lesson__in=lessons, provider=found.organisation_id, acknowledged_at=None)
    return asked.update(**seen) + told.update(**seen, acknowledged_by=found.acknowledged_by, acknowledged_by_id=by.id)


def help_key(answer: LessonAnswer) -> str:
    """Under which a constituent's need for help waits for the team."""
    return f"lesson-help:{answer.pk}"


def _may_answer(provider: Organisation, lesson: Lesson, customers: Sequence[UUID]) -> None:
    told = LessonProvider.objects.filter(lesson=lesson, provider=provider).exists()
    if not told or not set(customers) <= whom.consenting(provider.pk):
        raise NotAllowed("You answer only for customers that agreed to it")


def _why_not(lesson: Lesson) -> Conflict:
    going = Lesson.objects.filter(pk=lesson.pk, state=Lesson.State.RELEASED).exists()
    return Conflict() if going else Conflict("Answers to this lesson are not wanted any more")


def _values(lesson: Lesson, state: str, because: str, planned_on: date | None, looked: str) -> Mapping[str, Any]:
    why = because.strip()[:500]
    if state not in State.values or state == State.OPEN:
        raise Invalid("There is no such answer", field="state")
    if state == State.NOT_APPLICABLE and not why:
        raise Invalid("Say why it does not apply", field="because")
    if state == State.NEED_HELP and not why:
        raise Invalid("Say what you need help with", field="because")
    if state == State.PLANNED and (planned_on is None or planned_on < moment.today()):
        raise Invalid("Say by when: today or later", field="planned_on")
    days.require_meant(planned_on, moment.today(), field="planned_on")
    found = _looked(lesson, state, looked)
    if found == Looked.COULD_NOT and not why:
        raise Invalid("Say why you could not look", field="because")
    return {
        "state": state,
        "because": why,
        "planned_on": planned_on if state == State.PLANNED else None,
        "looked": found,
    }


def _looked(lesson: Lesson, state: str, looked: str) -> str:
    """What came of looking. Nothing is done with a lesson that has indicators before somebody looked, or tried to."""
    if not lesson.indicators:
        return ""
    if looked not in LOOKED and state in LessonAnswer.CLOSES:
        raise Invalid("Say whether you looked for the traces and what you found", field="looked")
    return looked if looked in LOOKED else Looked.NOT_YET


def _moments(answer: LessonAnswer, state: str, planned_on: date | None, now: datetime) -> Mapping[str, Any]:
    closes = state in LessonAnswer.CLOSES
    asked_after = chasing.promised(planned_on, now) if state == State.PLANNED and planned_on and answer.told else None
    return {
        "acknowledged_at": answer.acknowledged_at or now,
        "closed_at": (answer.closed_at or now) if closes else None,
        "chase_at": asked_after,
        "chased": 0,
    }


def _follow(answer: LessonAnswer, by: Actor) -> None:
    """Help that is needed waits for the team until something else is said; traces that were found are a report."""
    if answer.looked == Looked.FOUND and answer.report_id is None:
        LessonAnswer.objects.filter(pk=answer.pk).update(report=_report(answer, by))
        answer.refresh_from_db()
    if answer.state != State.NEED_HELP:
        facts.announce(facts.Settled(help_key(answer)))
        return
    with happening.for_officers():
        words = {"organisation": answer.organisation.name, "number": answer.lesson.number}
        summary = _("%(organisation)s needs help with lesson %(number)s") % words
    facts.announce(
        facts.Waits(
            "lesson", help_key(answer), summary[:300], f"/lessons/answers/{answer.pk}/", organisation=answer.organisation_id,
            urgent=False, exercise=answer.exercise,
        )
    )  # fmt: skip


def _report(answer: LessonAnswer, by: Actor) -> Report:
    """What was found, as a report of its own: it is triaged like any other, and never says which case the lesson came from."""
    with happening.for_officers():
        words = {"number": answer.lesson.number, "said": answer.because}
        text = _("Traces of lesson %(number)s were found. %(said)s") % words
    return take_report(
        through=Report.Through.ALERT, text=text.strip(), by=by, organisation=answer.organisation, reporter=by.label,
        exercise=answer.exercise, signed_in=True, submission=submission_of("lesson", str(answer.pk)),
    )  # fmt: skip
