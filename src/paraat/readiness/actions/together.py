"""A service provider answers one control for many of its customers at once: an answer for all of them, and exceptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.answers import OlderAnswer, as_json, read_fields, told
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Answer, AnswerChange, Assessment, CommonAnswer, Control
from paraat.readiness.rules import assessments as rules
from paraat.registry.models import Organisation

FIELDS = ("status", "documentation", "implementation", "explanation")


@dataclass(frozen=True, slots=True)
class Cell:
    """What was chosen for one customer: a status of its own, or None for the answer for all; `version` is the one that was shown."""

    status: str | None
    version: int


@action
def answer_together(
    *,
    author: Organisation,
    control: Control,
    customers: Collection[UUID],
    by: Actor,
    version: int,
    cells: Mapping[UUID, Cell] | None = None,
    **default: Any,
) -> CommonAnswer:
    """Answer `control` in every open assessment that `author` writes for one of `customers` (those that it may write for now).

    `default` is the answer for all (status, documentation, implementation, explanation), `version` the one of it that was shown; `cells`, by answer,
    are those that were touched. A customer with an exception keeps it. All or nothing: raises OlderAnswer when somebody saved the answer for all,
    or a cell that was touched, meanwhile; Invalid with the field; and Invalid where no assessment is open.
    """
    given = read_fields({name: value for name, value in default.items() if name in FIELDS})
    owners = _locked(author, control, customers)
    common = _common(author, control, version)
    changed = {name: value for name, value in given.items() if getattr(common, name) != value}
    now, label = moment.now(), by.label[:200]
    if changed:
        _keep(common, changed, now, label)
    rows = list(Answer.objects.filter(assessment__in=owners, control=control))
    moved = _moved(rows, cells or {}, common)
    _write(moved, owners, now, label)
    _tell(common, control, by, owners, moved, bool(changed))
    return common


def _locked(author: Organisation, control: Control, customers: Collection[UUID]) -> dict[UUID, Assessment]:
    """The open assessments, held in one order: before their answers, as everybody else takes them."""
    rows = Assessment.objects.filter(
        author=author, kind=Assessment.Kind.PROVIDER, state=Assessment.State.OPEN, edition=control.edition_id,
        organisation__in=list(customers),
    )  # fmt: skip
    found = {row.pk: row for row in rows.select_for_update().order_by("pk")}
    if not found:
        raise Invalid("No assessment of your customers is open")
    return found


def _common(author: Organisation, control: Control, version: int) -> CommonAnswer:
    CommonAnswer.objects.bulk_create([CommonAnswer(author=author, control=control)], ignore_conflicts=True)
    common: CommonAnswer = CommonAnswer.objects.select_for_update().get(author=author, control=control)
    if common.version != version:
        raise OlderAnswer()
    return common


def _keep(common: CommonAnswer, changed: Mapping[str, Any], now: datetime, label: str) -> None:
    values = {**changed, "version": common.version + 1, "saved_at": now, "saved_by": label}
    CommonAnswer.objects.filter(pk=common.pk).update(**values)
    for name, value in values.items():
        setattr(common, name, value)


@dataclass(frozen=True, slots=True)
class Moved:
    """An answer with what it becomes."""

    answer: Answer
    was: tuple[int, int, int]
    before: dict[str, Any]


def _moved(rows: Sequence[Answer], cells: Mapping[UUID, Cell], common: CommonAnswer) -> list[Moved]:
    """The answers that change, each with its new values set: touched cells, and whoever follows the answer for all."""
    found = []
    for row in rows:
        cell = cells.get(row.pk)
        if cell is not None and cell.version != row.version:
            raise OlderAnswer()
        follows = cell.status is None if cell is not None else row.common or is_blank(row)
        new = _as_all(common) if follows else _own(row, cell)
        if any(getattr(row, name) != value for name, value in new.items()):
            found.append(Moved(row, _tally(row), as_json(row)))
            for name, value in new.items():
                setattr(row, name, value)
    return found


def is_blank(row: Answer) -> bool:
    """Whether nothing was said of it: figures of maturity or an explanation without a status are said."""
    return row.status == Answer.Status.OPEN and not (row.documentation or row.implementation or row.explanation)


def _as_all(common: CommonAnswer) -> dict[str, Any]:
    said = common.status != Answer.Status.OPEN
    return {name: getattr(common, name) for name in FIELDS} | {"common": said}


def _own(row: Answer, cell: Cell | None) -> dict[str, Any]:
    """An exception: a status of its own. The explanation and the figures for all are not taken along: they explain another answer."""
    if cell is None or cell.status is None or (cell.status == row.status and not row.common):
        return {}
    if cell.status not in Answer.Status.values:
        raise Invalid("This is no answer", field="status")
    blank = {"documentation": None, "implementation": None, "explanation": ""} if row.common else {}
    return {"status": cell.status, "common": False} | blank


def _tally(row: Answer) -> tuple[int, int, int]:
    return rules.tally(row.status, row.documentation, row.implementation)


def _write(moved: Sequence[Moved], owners: Mapping[UUID, Assessment], now: datetime, label: str) -> None:
    """Answers, what they were, and the figures of their assessments: a query for each kind, however many customers."""
    kept = [AnswerChange(answer=one.answer, was=one.before, at=now, by=label) for one in moved if one.answer.version]
    for one in moved:
        one.answer.version += 1
        one.answer.saved_at, one.answer.saved_by = now, label
        owner = owners[one.answer.assessment_id]
        change = [new - old for old, new in zip(one.was, _tally(one.answer), strict=True)]
        owner.answered, owner.untestable, owner.errors = (
            owner.answered + change[0],
            owner.untestable + change[1],
            owner.errors + change[2],
        )
    AnswerChange.objects.bulk_create(kept)
    Answer.objects.bulk_update([one.answer for one in moved], [*FIELDS, "common", "version", "saved_at", "saved_by"])
    changed = [owners[one.answer.assessment_id] for one in moved]
    Assessment.objects.bulk_update(changed, ["answered", "untestable", "errors"])


def _tell(
    common: CommonAnswer, control: Control, by: Actor, owners: Mapping[UUID, Assessment], moved: Sequence[Moved], all_too: bool
) -> None:  # fmt: skip
    """A line in the journal of every constituent for which something changed, and one of the provider for the answer for all."""
    touch([owners[one.answer.assessment_id].organisation_id for one in moved])
    for one in moved:
        owner = owners[one.answer.assessment_id]
        detail = told(control, one.answer, owner)
        record("answer.saved", by=by, on=owner, organisation=owner.organisation_id, detail=detail)
    if all_too:
        detail = {"control": control.identifier, "status": common.status, "customers": len(moved)}
        record("answer.common", by=by, on=common, organisation=common.author_id, detail=detail)
