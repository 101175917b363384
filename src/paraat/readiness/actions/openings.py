"""Opening assessments: one, or one for each of a provider's customers, with a row per control in one insert."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from paraat.accounts.models import Membership, User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.assessment_reminders import plan_reminders
from paraat.readiness.actions.numbers import take_numbers
from paraat.readiness.models import Answer, Assessment, CommonAnswer, Control, Edition
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules import days
from paraat.registry.models import Organisation, Supply


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be opened, for one constituent."""

    organisation: Organisation
    edition: Edition
    kind: str
    level: str = ""
    author: Organisation | None = None
    auditor: User | None = None
    due_on: date | None = None
    previous: Assessment | None = None
    exercise: bool = False


@action
def open_assessment(
    *,
    organisation: Organisation,
    edition: Edition,
    kind: str,
    by: Actor,
    level: str = "",
    author: Organisation | None = None,
    auditor: User | None = None,
    due_on: date | None = None,
    previous: Assessment | None = None,
    exercise: bool = False,
) -> Assessment:
    """Open an assessment with a row for every control of its level. Without `previous` the newest of its kind before it.

    Raises Invalid for what does not fit together, Conflict while one of the same kind and author is open.
    """
    opening = Opening(
        organisation, edition, kind, level, author, auditor, due_on, previous, exercise or organisation.exercise
    )
    return _open([opening], by)[0]


@action
def open_for_customers(
    *,
    organisations: Sequence[Organisation],
    author: Organisation,
    edition: Edition,
    by: Actor,
    level: str = "",
    due_on: date | None = None,
) -> list[Assessment]:
    """Open one for each of a provider's customers; what the provider answered for all of them holds for these too.

    All or none. Raises Invalid for a customer that it does not supply, or that did not agree; Conflict where one is open.
    """
    kind = Assessment.Kind.PROVIDER
    return _open(
        [Opening(one, edition, kind, level, author, due_on=due_on, exercise=one.exercise) for one in organisations], by
    )


def _open(openings: list[Opening], by: Actor) -> list[Assessment]:
    if not openings:
        raise Invalid("Choose at least one organisation", field="organisations")
    first, now = openings[0], moment.now()
    _check(openings, now)
    controls = _controls(first.edition, first.level)
    if not controls:
        raise Invalid("This edition asks nothing at this level", field="edition")
    numbers = take_numbers(kind="S", count=len(openings), now=now)
    openings = _with_previous(openings)
    rows = [_row(one, number, len(controls), by, now) for one, number in zip(openings, numbers, strict=True)]
    try:
        with transaction.atomic():
            Assessment.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Conflict("One is open already; go on with that one") from error
    _ask(rows, controls, now)
    plan_reminders(rows, now)
    for row in rows:
        detail = {"number": row.number, "kind": row.kind, "edition": str(first.edition.pk), "level": row.level}
        record("assessment.opened", by=by, on=row, organisation=row.organisation_id, detail=detail)
    return rows


def _row(one: Opening, number: str, asked: int, by: Actor, now: datetime) -> Assessment:
    return Assessment(
        number=number,
        organisation=one.organisation,
        edition=one.edition,
        kind=one.kind,
        level=one.level,
        author=one.author,
        auditor=one.auditor,
        previous=one.previous,
        due_on=one.due_on,
        exercise=one.exercise,
        opened_at=now,
        opened_by=by.label[:200],
        asked=asked,
    )


def _check(openings: Sequence[Opening], now: datetime) -> None:
    first = openings[0]
    if first.kind not in Assessment.Kind.values:
        raise Invalid("There is no such kind of assessment", field="kind")
    if first.level and first.level not in first.edition.levels:
        raise Invalid("This edition has no such level", field="level")
    if first.due_on is not None and first.due_on < moment.day(now):
        raise Invalid("That day has passed", field="due_on")
    days.require_meant(first.due_on, moment.day(now), field="due_on")
    _CHECKS[first.kind](openings, now)


def _check_self(openings: Sequence[Opening], now: datetime) -> None:  # noqa: ARG001  # the others need it
    if any(one.author or one.auditor for one in openings):
        raise Invalid("A self-assessment is written by the organisation itself", field="author")


def _check_provider(openings: Sequence[Opening], now: datetime) -> None:
    author = openings[0].author
    if author is None:
        raise Invalid("Say which service provider writes it", field="author")
    supplied = Supply.objects.as_of(moment.day(now)).filter(supplier=author, consent=True)
    agreed = set(supplied.values_list("customer", flat=True))
    if missing := [one.organisation.name for one in openings if one.organisation.pk not in agreed]:
        raise Invalid("Not supplied by it, or did not agree", organisations=", ".join(missing[:10]))


def _check_external(openings: Sequence[Opening], now: datetime) -> None:  # noqa: ARG001
    for one in openings:
        if one.auditor is not None:
            require_assessor(one.auditor)


def require_assessor(user: User) -> None:
    """Raises Invalid for an account that is no external auditor."""
    if not (user.is_active and Membership.objects.in_force().filter(user=user, role=Role.ASSESSOR).exists()):
        raise Invalid("This account is no external auditor", field="auditor")


_CHECKS = {rules.SELF: _check_self, rules.PROVIDER: _check_provider, rules.EXTERNAL: _check_external}


def _controls(edition: Edition, level: str) -> list[Control]:
    rows = Control.objects.filter(edition=edition).only("pk", "level", "identifier")
    return [one for one in rows if rules.in_level(edition.levels, level, one.level)]


def _with_previous(openings: list[Opening]) -> list[Opening]:
    """Each with the newest of its kind before it, in one query; by a provider, the newest that the same provider wrote."""
    asked = [one.organisation.pk for one in openings if one.previous is None]
    first = openings[0]
    rows = Assessment.objects.filter(
        organisation__in=asked, kind=first.kind, edition__framework=first.edition.framework_id, submitted_at__isnull=False
    )  # fmt: skip
    if first.kind == Assessment.Kind.PROVIDER:
        rows = rows.filter(author=first.author)
    newest = {one.organisation_id: one for one in rows.order_by("submitted_at")}
    return [
        one if one.previous or not _same_world(newest.get(one.organisation.pk), one) else replace(one, previous=newest[one.organisation.pk])
        for one in openings
    ]  # fmt: skip


def _same_world(found: Assessment | None, one: Opening) -> bool:
    return found is not None and found.exercise == one.exercise


def _ask(rows: Sequence[Assessment], controls: Sequence[Control], now: datetime) -> None:
    """A row per control, in one insert; what a provider answers for all of its customers stands in it at once."""
    common: Mapping[Any, CommonAnswer] = {}
    if rows[0].kind == Assessment.Kind.PROVIDER:
        common = CommonAnswer.objects.filter(author=rows[0].author, control__in=controls).in_bulk(field_name="pk")
        common = {one.control_id: one for one in common.values()}
    made = [_answer(row, control, common.get(control.pk), now) for row in rows for control in controls]
    Answer.objects.bulk_create(made, batch_size=5000)
    if common:
        _count(rows, made)


def _answer(row: Assessment, control: Control, common: CommonAnswer | None, now: datetime) -> Answer:
    if common is None or common.status == Answer.Status.OPEN:
        return Answer(assessment=row, control=control)
    return Answer(
        assessment=row,
        control=control,
        status=common.status,
        documentation=common.documentation,
        implementation=common.implementation,
        explanation=common.explanation,
        version=1,
        saved_at=now,
        saved_by=common.saved_by,
        common=True,
    )


def _count(rows: Collection[Assessment], made: Sequence[Answer]) -> None:
    """What stands in new assessments already."""
    tallies = [
        rules.tally(one.status, one.documentation, one.implementation)
        for one in made
        if one.assessment_id == next(iter(rows)).pk
    ]
    answered, untestable, errors = (sum(one) for one in zip(*tallies, strict=True))
    Assessment.objects.filter(pk__in=[one.pk for one in rows]).update(
        answered=answered, untestable=untestable, errors=errors
    )
    for row in rows:
        row.answered, row.untestable, row.errors = answered, untestable, errors
