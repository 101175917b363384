"""Measures are planned and changed. Whatever else happens to one stands in the files beside this one: its states, evidence, reminders, suppliers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.findings import see_finding
from paraat.readiness.actions.measures_reminders import replan
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Answer, Finding, Lesson, Measure, MeasureChange
from paraat.readiness.rules import days
from paraat.readiness.rules import measures as rules
from paraat.registry.models import Contact, Organisation

CHANGEABLE = (
    "title", "text", "topic", "plain", "delay", "owner", "owner_name", "due_on", "cost", "cost_yearly", "every",
)  # fmt: skip
LONGEST = 120
"""Months after which at the latest a measure comes back."""
MOST = Decimal("9999999999.99")


@action
def plan_measure(
    *,
    organisation: Organisation,
    title: str,
    by: Actor,
    text: str = "",
    owner: Contact | None = None,
    owner_name: str = "",
    due_on: date | None = None,
    cost: Decimal | None = None,
    findings: Iterable[Finding] = (),
    answers: Iterable[Answer] = (),
    lessons: Iterable[Lesson] = (),
    exercise: bool = False,
    follows: Measure | None = None,
    **more: Any,
) -> Measure:
    """Plan a measure of a constituent, from whatever asks for it; its reminders are planned with it.

    `more`: topic, plain, delay, cost_yearly, every. An exercise's source makes it an exercise. Invalid without a title, when the owner is not on
    file for this organisation, when a finding or answer is another constituent's, or when reality and exercise would be mixed.
    """
    about = _Sources(list(findings), list(answers), list(lessons))
    about.demand(organisation)
    now = moment.now()
    row = Measure(
        number=take_number(kind="M", now=now),
        organisation=organisation,
        owner=owner,
        due_on=due_on,
        first_due_on=due_on,
        cost=cost,
        exercise=about.world(exercise=exercise),
        follows=follows,
        tlp=max([follows.tlp if follows else Tlp.AMBER_STRICT, *about.markings()]),
        created_at=now,
        created_by=by.label[:200],
        **_clean({"title": title, "text": text, "owner_name": owner_name, "topic": about.topic(), **more}),
    )
    row.day = follows.day if follows and row.every else _day(row)
    _demand(row)
    row.save(force_insert=True)
    about.hang_on(row)
    about.seen_by(by, now)
    change_of(row, "planned", by, detail={"due_on": str(due_on)} if due_on else {}).save(force_insert=True)
    detail, tlp = about.detail(row), about.journal_tlp(row, now)
    record("measure.planned", by=by, on=row, organisation=organisation.pk, detail=detail, tlp=tlp)
    replan(measure=row)
    touch([organisation.pk])
    return row


@action
def change_measure(*, measure: Measure, version: int, by: Actor, because: str = "", **fields: Any) -> Measure:
    """Change what a measure says, who does it, when, at what cost. Another due day plans its reminders anew.

    Conflict when somebody saved it since `version`, or when it has ended; Invalid as `plan_measure`.
    """
    row: Measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if row.version != version:
        raise Conflict("Somebody else changed this measure meanwhile; nothing was written", measure=row.number)
    if row.state not in {*rules.OPEN, Measure.State.DONE}:
        raise Conflict("This measure has ended; open it again first", measure=row.number)
    before = {name: _shown(row, name) for name in CHANGEABLE}
    for name, value in _clean(fields).items():
        setattr(row, name, value)
    if before["every"] != _shown(row, "every") or before["due_on"] != _shown(row, "due_on"):
        row.day = _day(row)
    row.first_due_on = row.first_due_on or row.due_on
    _demand(row)
    changed = {name: [old, _shown(row, name)] for name, old in before.items() if old != _shown(row, name)}
    if not changed:
        return row
    row.version = version + 1
    row.save()
    change_of(row, "changed", by, because=because, detail=changed).save(force_insert=True)
    record(
        "measure.changed",
        by=by,
        on=row,
        organisation=row.organisation_id,
        detail={"changed": sorted(changed), "because": because[:500]},
    )
    if {"due_on", "owner", "owner_name"} & changed.keys():
        replan(measure=row)
    touch([row.organisation_id])
    return row


@action
def add_source(
    *,
    measure: Measure,
    by: Actor,
    finding: Finding | None = None,
    answer: Answer | None = None,
    lesson: Lesson | None = None,
) -> None:
    """Hang a measure on one thing more that asks for it; doing so twice changes nothing. Invalid as `plan_measure`."""
    about = _Sources([finding] if finding else [], [answer] if answer else [], [lesson] if lesson else [])
    about.demand(measure.organisation)
    if about.rows and about.world(exercise=measure.exercise) != measure.exercise:
        raise Invalid("Reality and an exercise do not mix", measure=measure.number)
    about.hang_on(measure)
    about.seen_by(by, now := moment.now())
    detail, tlp = about.detail(measure), about.journal_tlp(measure, now)
    record("measure.source", by=by, on=measure, organisation=measure.organisation_id, detail=detail, tlp=tlp)


def change_of(
    row: Measure, deed: str, by: Actor, *, was: str = "", because: str = "", detail: dict[str, Any] | None = None
) -> MeasureChange:
    """A line of its history, for the caller to save in its transaction."""
    return MeasureChange(
        measure=row, deed=deed, state_was=was or row.state, state_is=row.state, because=because.strip()[:500],
        detail=detail or {}, at=moment.now(), by=by.label[:200], by_id=by.id,
    )  # fmt: skip


class _Sources:
    """What asks for a measure: findings, answers of assessments, lessons."""

    def __init__(self, findings: list[Finding], answers: list[Answer], lessons: list[Lesson]) -> None:
        self.findings, self.answers, self.lessons = findings, answers, lessons

    @property
    def rows(self) -> list[Any]:
        """All of them; of answers the assessment that they are of."""
        return [*self.findings, *(one.assessment for one in self.answers), *self.lessons]

    def demand(self, organisation: Organisation) -> None:
        """Raises Invalid when one of them is another constituent's; a lesson is everybody's."""
        for one in self.rows:
            if one.organisation_id not in (None, organisation.pk):
                raise Invalid("This belongs to another organisation", field="organisation")

    def world(self, *, exercise: bool) -> bool:
        """Whether it is an exercise: what is made from something played is played too. Invalid when both worlds ask for it."""
        worlds = {bool(one.exercise) for one in self.rows}
        if len(worlds) > 1:
            raise Invalid("Reality and an exercise do not mix", field="exercise")
        return exercise or worlds == {True}

    def markings(self) -> list[int]:
        """The TLP of what is the constituent's own: a measure is no less secret than the finding that it answers."""
        return [one.tlp for one in (*self.findings, *(answer.assessment for answer in self.answers))]

    def journal_tlp(self, row: Measure, now: datetime) -> int:
        """How secret the line that names them is: RED as long as auditors of the house may not know of one of these findings."""
        early = any(one.audit_at is None or one.audit_at > now for one in self.findings)
        return Tlp.RED if early else row.tlp

    def seen_by(self, by: Actor, now: datetime) -> None:
        """Only its owner can plan from a finding that the team does not read yet: by planning it has seen it."""
        for one in self.findings:
            if one.state == Finding.State.DISCLOSED and one.opens_at is not None and one.opens_at > now:
                see_finding(finding=one, by=by)

    def topic(self) -> str:
        """What it is about, by the controls that it concerns."""
        controls = [one.control for ones in (self.answers, self.findings, self.lessons) for one in ones if one.control]
        named = [name for one in controls for name in (one.identifier, one.subcategory, *one.maps_to)]
        return rules.topic_of(named)

    def hang_on(self, row: Measure) -> None:
        """Write the links; what is there already stays."""
        row.findings.add(*self.findings)
        row.answers.add(*self.answers)
        row.lessons.add(*self.lessons)

    def detail(self, row: Measure) -> dict[str, Any]:
        """For the journal: numbers, no texts."""
        found = {
            "number": row.number,
            "findings": [one.number for one in self.findings],
            "lessons": [one.number for one in self.lessons],
            "answers": [str(one.pk) for one in self.answers],
        }
        return {name: value for name, value in found.items() if value}


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - set(CHANGEABLE):
        raise Invalid("A measure has no such field", field=", ".join(sorted(unknown)))
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _demand(row: Measure) -> None:
    if not row.title:
        raise Invalid("Write what is to be done", field="title")
    for name, longest in (("title", 200), ("owner_name", 200), ("plain", 300)):
        setattr(row, name, getattr(row, name)[:longest])
    if row.owner is not None and row.owner.organisation_id != row.organisation_id:
        raise Invalid("This contact is of another organisation", field="owner")
    if row.topic not in Measure.Topic.values or row.delay not in {"", *Measure.Delay.values}:
        raise Invalid("There is no such choice", field="topic")
    for name in ("cost", "cost_yearly"):
        value = getattr(row, name)
        if value is not None and not 0 <= value <= MOST:
            raise Invalid("This amount cannot be", field=name)
    days.require_meant(row.due_on, moment.today(), field="due_on")
    if row.every is not None and not 1 <= row.every <= LONGEST:
        raise Invalid("It comes back after 1 to 120 months", field="every")


def _day(row: Measure) -> int | None:
    """The day of the month on which it comes back."""
    return (row.due_on or moment.today()).day if row.every else None


def _shown(row: Measure, name: str) -> str | None:
    value = row.owner_id if name == "owner" else getattr(row, name)
    return None if value is None else str(value)
