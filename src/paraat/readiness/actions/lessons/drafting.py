"""A lesson is written: from a case, from an exercise, or from nothing. Nothing leaves yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paraat.accounts.models import User
from paraat.alerts.rules.languages import KNOWN
from paraat.exercises.models import Exercise
from paraat.incidents.models import Case, Indicator
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.readiness import whom
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.models import Lesson

MOST_INDICATORS = 200
TEXTS = ("title", "happened", "advice")


@action
def draft_lesson(
    *,
    title: Mapping[str, str],
    happened: Mapping[str, str],
    advice: Mapping[str, str],
    by: Actor,
    author: User | None = None,
    urgency: int = Lesson.Urgency.SOON,
    audience: Mapping[str, Any] | None = None,
    tlp: int = Tlp.GREEN,
    indicators: Iterable[Mapping[str, str]] = (),
    case: Case | None = None,
    played: Exercise | None = None,
    tells_source: bool = False,
    exercise: bool | None = None,
    corrects: Lesson | None = None,
) -> Lesson:
    """Write a lesson; nobody but the team sees it before its release. Texts per language; where one is missing the first one given serves.

    `author`: the account that wrote it, which may not approve it; None: that of `by`. `exercise` None: as what it is made from, so a lesson from an
    exercise stays in the house. False says that it holds in reality too, which only a lesson of an exercise can say: from an exercised case it
    never leaves. Raises Invalid for empty texts or an audience with nobody in it.
    """
    if exercise is False and case is not None and case.exercise:
        raise Invalid("A lesson from a case of an exercise stays in the house")
    made_up = bool((case and case.exercise) or played) if exercise is None else exercise
    now = moment.now()
    values = _values(title, happened, advice, urgency, audience or {"all": True}, tlp, indicators)
    lesson = Lesson.objects.create(
        number=take_number(kind="L", now=now), case=case, played=played, tells_source=tells_source, exercise=made_up,
        author=author or _author(by), created_at=now, created_by=by.label, corrects=corrects, **values,
    )  # fmt: skip
    detail = {"number": lesson.number, "case": case.number if case else "", "exercise": played.number if played else ""}
    record("lesson.drafted", by=by, on=lesson, detail=detail, tlp=Tlp.AMBER_STRICT)
    live.publish("lessons", id=lesson.pk)
    return lesson


@action
def edit_lesson(*, lesson: Lesson, by: Actor, tells_source: bool | None = None, **changes: Any) -> Lesson:
    """Change a draft: title, happened, advice, urgency, audience, tlp, indicators. A second person's yes was to the old words, so it falls;
    who wrote the last word is the author now, and does not approve it. Raises Conflict when it is no draft any more."""
    kept = {name: getattr(lesson, name) for name in (*TEXTS, "urgency", "audience", "tlp", "indicators")}
    values: dict[str, Any] = _values(**(kept | changes))
    if tells_source is not None:
        values["tells_source"] = tells_source
    if (writer := _author(by)) is not None:
        values["author"] = writer
    drafts = Lesson.objects.filter(pk=lesson.pk, state=Lesson.State.DRAFT)
    if drafts.update(**values, approved_by=None, approved_at=None) != 1:
        raise Conflict("This lesson is not a draft any more")
    facts.announce(facts.Settled(approval_key(lesson)))
    lesson.refresh_from_db()
    record("lesson.edited", by=by, on=lesson, detail={"number": lesson.number}, tlp=Tlp.AMBER_STRICT)
    live.publish("lessons", id=lesson.pk)
    return lesson


def approval_key(lesson: Lesson) -> str:
    """Under which a lesson waits for a second person."""
    return f"lesson-approval:{lesson.pk}"


def _values(
    title: Mapping[str, str],
    happened: Mapping[str, str],
    advice: Mapping[str, str],
    urgency: int,
    audience: Mapping[str, Any],
    tlp: int,
    indicators: Iterable[Mapping[str, str]],
) -> dict[str, Any]:
    if urgency not in Lesson.Urgency.values:
        raise Invalid("There is no such urgency", field="urgency")
    if tlp > Tlp.AMBER_STRICT:
        raise Invalid("A lesson for many is TLP:AMBER+STRICT at most", field="tlp")
    if not whom.concerned(audience).exists():
        raise Invalid("This audience has nobody in it", field="audience")
    return {
        "title": said(title, "title"),
        "happened": said(happened, "happened"),
        "advice": said(advice, "advice"),
        "urgency": urgency,
        "audience": dict(audience),
        "tlp": tlp,
        "indicators": _indicators(indicators),
    }


def said(words: Mapping[str, str], field: str) -> dict[str, str]:
    """What was written, per known language. Raises Invalid when nothing was."""
    found = {language: words[language].strip() for language in KNOWN if words.get(language, "").strip()}
    if not found:
        raise Invalid("There is nothing to say in it", field=field)
    return found


def _indicators(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Each kind and value once."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        kind, value = str(row["type"]), str(row["value"]).strip()
        if kind not in Indicator.Kind.values or not value:
            raise Invalid("There is no such kind of indicator", field="indicators")
        found[kind, value] = {"type": kind, "value": value[:1000]}
    if len(found) > MOST_INDICATORS:
        raise Invalid("So many indicators do not fit into a lesson", field="indicators")
    return list(found.values())


def _author(by: Actor) -> User | None:
    return User.objects.filter(pk=by.id).first() if by.kind == ActorKind.USER and by.id else None
