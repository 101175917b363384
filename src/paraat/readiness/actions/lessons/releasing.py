"""A lesson is let go: nobody is recognisable in it (or a person says why not), a second person agreed, and then it travels like any alert."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts import actions as alerts
from paraat.alerts import happening
from paraat.alerts.models import Alert
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.readiness import lesson_words, recognising, whom
from paraat.readiness.actions.lessons.drafting import approval_key
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Lesson, LessonAnswer, LessonProvider
from paraat.readiness.rules import chasing

SEVERITY = {Lesson.Urgency.CALM: 0, Lesson.Urgency.SOON: 1, Lesson.Urgency.NOW: 2}
"""How loud the message is: no lesson rings at night."""
State = Lesson.State


@action
def clear_words(*, lesson: Lesson, by: Actor, words: list[str], because: str) -> Lesson:
    """A named person says why words that give the victim away may stand. Raises Invalid without a reason, or for words that do not stand in it."""
    why = because.strip()[:500]
    standing = {hit.word for hit in recognising.found(lesson)}
    if not why:
        raise Invalid("Say why: the reason is kept", field="because")
    if not words or not set(words) <= standing:
        raise Invalid("These words do not stand in it", field="words")
    draft = _draft(lesson)
    now = moment.now().isoformat()
    fresh = [{"word": word, "because": why, "by": by.label, "at": now} for word in words]
    kept = [one for one in draft.cleared if one["word"] not in words]
    Lesson.objects.filter(pk=draft.pk).update(cleared=[*kept, *fresh], approved_by=None, approved_at=None)
    lesson.refresh_from_db()
    record(
        "lesson.cleared", by=by, on=lesson, detail={"number": lesson.number, "words": words, "because": why},
        tlp=Tlp.AMBER_STRICT,
    )  # fmt: skip
    return lesson


@action
def ask_approval(*, lesson: Lesson, by: Actor) -> Lesson:
    """Have the team asked for a second person. Raises Invalid while somebody is recognisable in it, Conflict when it needs none or has one."""
    draft = _draft(lesson)
    _refuse_recognisable(draft)
    telling = whom.telling(draft)
    if not telling.needs_second or draft.approved_by_id is not None:
        raise Conflict("This lesson waits for nobody's approval")
    with happening.for_officers():
        summary = _("Lesson %(number)s for %(count)d organisations waits for a second person") % {
            "number": draft.number, "count": len(telling.constituents) + len(telling.providers),
        }  # fmt: skip
    facts.announce(
        facts.Waits(
            "approval", approval_key(draft), summary, f"/lessons/{draft.pk}/", urgent=False, exercise=draft.exercise
        )
    )
    record("lesson.offered", by=by, on=draft, detail={"number": draft.number}, tlp=Tlp.AMBER_STRICT)
    return draft


@action
def approve_lesson(*, lesson: Lesson, by: Actor, officer: User) -> Lesson:
    """The second person's yes. Raises NotAllowed for the author, Conflict when it is no draft or has one."""
    if lesson.author_id == officer.pk:
        raise NotAllowed("Somebody else has to approve what you wrote")
    _refuse_recognisable(lesson)
    waiting = Lesson.objects.filter(pk=lesson.pk, state=State.DRAFT, approved_by=None)
    if waiting.update(approved_by=officer, approved_at=moment.now()) != 1:
        raise Conflict("This lesson does not wait for approval")
    lesson.refresh_from_db()
    facts.announce(facts.Settled(approval_key(lesson)))
    record("lesson.approved", by=by, on=lesson, detail={"number": lesson.number}, tlp=Tlp.AMBER_STRICT)
    live.publish("lessons", id=lesson.pk)
    return lesson


@action
def release_lesson(*, lesson: Lesson, by: Actor) -> Lesson:
    """Tell every constituent that it concerns and their service providers, at once, through alerts; from now on answers are wanted.

    Raises Invalid while somebody is recognisable in it, NotAllowed when it goes to many and no second person agreed, Conflict when it is no draft.
    """
    draft = _draft(lesson)
    _refuse_recognisable(draft)
    telling = whom.telling(draft)
    if not telling.constituents:
        raise Invalid("This audience has nobody in it")
    if telling.needs_second and (draft.approved_by_id is None or draft.approved_by_id == draft.author_id):
        raise NotAllowed("A second person has to approve a lesson for more than 25 organisations")
    now = moment.now()
    due = chasing.due(draft.urgency, now)
    Lesson.objects.filter(pk=draft.pk).update(
        state=State.RELEASED, released_at=now, released_by=by.label, due_on=moment.day(due)
    )
    draft.refresh_from_db()
    _ask_each(draft, telling, by, now)
    alert = _alert(draft, telling, by, due)
    Lesson.objects.filter(pk=draft.pk).update(alert=alert)
    facts.announce(facts.Settled(approval_key(draft)))
    detail = {
        "number": draft.number, "constituents": len(telling.constituents), "providers": len(telling.providers), "alert": alert.number,
    }  # fmt: skip
    record("lesson.released", by=by, on=draft, detail=detail)
    touch(one.pk for one in telling.constituents)
    live.publish("lessons", id=draft.pk)
    lesson.refresh_from_db()
    return lesson


def _draft(lesson: Lesson) -> Lesson:
    """The lesson, held until this transaction ends."""
    rows = Lesson.objects.select_for_update(of=("self",)).filter(pk=lesson.pk, state=State.DRAFT)
    found: Lesson | None = rows.select_related("case", "played", "approved_by", "author").first()
    if found is None:
        raise Conflict("This lesson is not a draft any more")
    return found


def _refuse_recognisable(lesson: Lesson) -> None:
    standing = recognising.left(lesson)
    if standing:
        raise Invalid("Somebody can be recognised in it", words=", ".join(hit.word for hit in standing[:5]))


def _ask_each(lesson: Lesson, telling: whom.Telling, by: Actor, now: datetime) -> None:
    """A row for everybody who is asked, and for the victim, so that its provider's list has no gap where it would stand."""
    looked = LessonAnswer.Looked.NOT_YET if lesson.indicators else ""
    first = chasing.first(lesson.urgency, now)
    asked = [
        LessonAnswer(
            lesson=lesson, organisation=one, told=told, looked=looked, exercise=lesson.exercise, chase_at=first if told else None
        )
        for told, rows in ((True, telling.constituents), (False, telling.left_out))
        for one in rows
    ]  # fmt: skip
    LessonAnswer.objects.bulk_create(asked, batch_size=2000)
    LessonProvider.objects.bulk_create([LessonProvider(lesson=lesson, provider=one) for one in telling.providers])
    for answer in asked:
        if answer.told:
            detail = {"lesson": lesson.number}
            record("lesson.asked", by=by, on=answer, organisation=answer.organisation_id, detail=detail)


def _alert(lesson: Lesson, telling: whom.Telling, by: Actor, due: datetime) -> Alert:
    """The announcement that carries it. Its audience is those that are told, by name: whom it leaves out stands nowhere."""
    titles, texts = lesson_words.message(lesson)
    alert = alerts.draft_announcement(
        by=by, author=lesson.author, sender=None, audience={"organisations": [str(one.pk) for one in telling.constituents]},
        title=titles, text=texts, severity=SEVERITY[Lesson.Urgency(lesson.urgency)], tlp=lesson.tlp, valid_until=due, exercise=lesson.exercise,
    )  # fmt: skip
    second = lesson.approved_by
    if (
        second is not None
    ):  # the announcement counts its towns only, and may not ask for the yes that their providers make needed
        agreed = Actor(ActorKind.USER, second.pk, second.name)
        alert = alerts.approve_announcement(alert=alert, by=agreed, officer=second)
    return alerts.send_announcement(alert=alert, by=by, beside=telling.providers)
