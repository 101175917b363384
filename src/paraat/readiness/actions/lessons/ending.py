"""A lesson ends: closed when enough was heard, withdrawn when it was wrong, corrected by another one."""

from __future__ import annotations

from paraat.alerts import actions as alerts
from paraat.alerts.models import Alert
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.lessons.answering import help_key
from paraat.readiness.actions.lessons.chasing import silent_key
from paraat.readiness.actions.lessons.drafting import approval_key, draft_lesson
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Lesson, LessonAnswer

State = Lesson.State


@action
def close_lesson(*, lesson: Lesson, by: Actor, because: str = "") -> Lesson:
    """No more answers are wanted; nobody is chased any more, and what was answered stands. Whoever needs help still waits for it.
    Raises Conflict when it is not going."""
    _end(lesson, State.CLOSED, (State.RELEASED,), because.strip())
    record("lesson.closed", by=by, on=lesson, detail={"number": lesson.number, "because": lesson.ended_because})
    return lesson


@action
def withdraw_lesson(*, lesson: Lesson, by: Actor, because: str) -> Lesson:
    """It was wrong. Everybody who was told is told so, by the same ways; a draft just goes. Raises Invalid without a reason, Conflict when it was
    withdrawn before."""
    why = because.strip()
    if not why:
        raise Invalid("Say why: the reason is kept", field="because")
    _end(lesson, State.WITHDRAWN, (State.DRAFT, State.RELEASED, State.CLOSED), why)
    if lesson.alert is not None and lesson.alert.state in {Alert.State.SENT, Alert.State.CLOSED}:
        alerts.withdraw_alert(alert=lesson.alert, by=by, reason=why)
    for answer in lesson.answers.filter(state=LessonAnswer.State.NEED_HELP):
        facts.announce(facts.Settled(help_key(answer)))
    facts.announce(facts.Settled(approval_key(lesson)))
    record("lesson.withdrawn", by=by, on=lesson, detail={"number": lesson.number, "because": why})
    return lesson


@action
def correct_lesson(*, lesson: Lesson, by: Actor, because: str) -> Lesson:
    """Withdraw it, and give back a draft with its words that says what it corrects: it is looked over and approved like any other."""
    withdraw_lesson(lesson=lesson, by=by, because=because)
    return draft_lesson(
        title=lesson.title, happened=lesson.happened, advice=lesson.advice, by=by, urgency=lesson.urgency, audience=lesson.audience,
        tlp=lesson.tlp, indicators=lesson.indicators, case=lesson.case, played=lesson.played, tells_source=lesson.tells_source,
        exercise=lesson.exercise, corrects=lesson,
    )  # fmt: skip


def _end(lesson: Lesson, state: str, before: tuple[str, ...], because: str) -> None:
    """Compare and set; what is due is due no longer."""
    changes = {"state": state, "ended_at": moment.now(), "ended_because": because[:500]}
    if Lesson.objects.filter(pk=lesson.pk, state__in=before).update(**changes) != 1:
        raise Conflict("This lesson has ended already")
    lesson.refresh_from_db()
    asked = LessonAnswer.objects.filter(lesson=lesson)
    asked.update(chase_at=None)
    facts.announce(facts.Settled(silent_key(lesson)))
    touch(asked.values_list("organisation", flat=True))
    live.publish("lessons", id=lesson.pk)
