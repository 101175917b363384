"""What a lesson becomes: an item of the team's own checklist, and a measure of a constituent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness import lesson_words
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.models import Control, Edition, Framework, Lesson, LessonAnswer, Measure

CHECKLIST = "lessons"
"""The key of the team's own checklist of what was learnt."""
TITLES = {
    "nl": "Wat wij leerden",
    "fr": "Ce que nous avons appris",
    "de": "Was wir gelernt haben",
    "en": "What we learnt",
}
WEIGHTS = {Lesson.Urgency.CALM: 1, Lesson.Urgency.SOON: 3, Lesson.Urgency.NOW: 5}
"""How much risk an item takes away, taken from how urgent the lesson was: ours, to be changed by a newer edition."""
COPIED = (
    "identifier", "function", "category", "subcategory", "level", "key_measure", "management", "position", "title", "why", "how", "checking",
    "effort", "weight", "maps_to", "text", "recommendations",
)  # fmt: skip


@action
def make_checklist_item(
    *, lesson: Lesson, by: Actor, checking: Mapping[str, str] | None = None, effort: int | None = None
) -> Control:
    """Make it an item of the checklist of what was learnt: a new edition with every earlier item and this one. Assessments stay on the edition that
    they began with until somebody takes them along.

    Raises Invalid for a draft, a withdrawn lesson, an exercise, or one above TLP:GREEN: whoever takes part reads a checklist, also who was not told.
    Conflict when it is an item already.
    """
    if lesson.exercise or lesson.state not in {Lesson.State.RELEASED, Lesson.State.CLOSED}:
        raise Invalid("Only a lesson that was released becomes an item of a checklist")
    if lesson.tlp > Tlp.GREEN:
        raise Invalid("Everybody reads a checklist: only a lesson up to TLP:GREEN becomes an item of it")
    framework, _made = Framework.objects.get_or_create(
        key=CHECKLIST, defaults={"title": TITLES, "scoring": "checklist", "owner": ""}
    )
    Framework.objects.select_for_update().get(pk=framework.pk)
    before: Edition | None = framework.editions.order_by("-added_at").first()
    rows = list(before.controls.order_by("position")) if before else []
    control = _item(lesson, len(rows) + 1, checking or {}, effort)
    edition = _edition(framework, rows, control)
    if Lesson.objects.filter(pk=lesson.pk, control=None).update(control=control) != 1:
        raise Conflict("This lesson is an item of the checklist already")
    lesson.refresh_from_db()
    detail = {"number": lesson.number, "item": control.identifier, "edition": edition.version}
    record("lesson.checklist", by=by, on=lesson, detail=detail)
    return control


@action
def make_measure(*, answer: LessonAnswer, by: Actor, due_on: date | None = None, owner_name: str = "") -> Measure:
    """Make what the lesson asks a measure of this constituent, with its owner, day and proof. Raises Conflict when there is one already."""
    lesson = answer.lesson
    LessonAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)  # two clicks at once follow each other
    if Measure.objects.filter(organisation=answer.organisation_id, lessons=lesson).exclude(state="dropped").exists():
        raise Conflict("There is a measure for this lesson already")
    language = (answer.organisation.languages or ["nl"])[0]
    measure: Measure = plan_measure(
        organisation=answer.organisation,
        title=lesson_words.text_in(lesson.title, language)[:200],
        text=lesson_words.text_in(lesson.advice, language),
        by=by,
        owner_name=owner_name,
        due_on=due_on or answer.planned_on,
        lessons=[lesson],
        exercise=answer.exercise,
    )
    detail = {"lesson": lesson.number, "measure": measure.number}
    record("lesson.measure", by=by, on=answer, organisation=answer.organisation_id, detail=detail)
    return measure


def _item(lesson: Lesson, position: int, checking: Mapping[str, str], effort: int | None) -> Control:
    return Control(
        identifier=lesson.number,
        function="LESSONS",
        position=position,
        title=lesson.title,
        why=lesson.happened,
        how=lesson.advice,
        checking={language: text.strip() for language, text in checking.items() if text.strip()},
        effort=effort,
        weight=WEIGHTS[Lesson.Urgency(lesson.urgency)],
    )


def _edition(framework: Framework, rows: list[Control], control: Control) -> Edition:
    """The next edition: the earlier items as they were, and the new one last."""
    copies = [
        Control(**{name: getattr(row, name) for name in COPIED}) for row in rows if row.identifier != control.identifier
    ]
    said = "\0".join(f"{one.identifier} {one.title} {one.how}" for one in (*copies, control))
    try:
        with transaction.atomic():
            edition = Edition.objects.create(
                framework=framework, version=_version(framework), published_on=moment.today(), source=f"lesson {control.identifier}",
                digest=hashlib.sha256(said.encode()).hexdigest(), added_at=moment.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict from error
    for one in (*copies, control):
        one.edition = edition
    Control.objects.bulk_create([*copies, control])
    return edition


def _version(framework: Framework) -> str:
    """The day, and which of that day it is."""
    day = f"{moment.today():%Y-%m-%d}"
    earlier = framework.editions.filter(version__startswith=day).count()
    return f"{day}.{earlier + 1}"
