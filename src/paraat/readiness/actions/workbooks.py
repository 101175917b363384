"""Answers from and into the official workbook that the user keeps: only scores, "N/A" and comments, everything else of it stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from paraat.formats.workbook_cells import Filled, Value, fill
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform.actions import action, record
from paraat.readiness.actions.answers import NotOpen, save_answer
from paraat.readiness.frameworks.importing import FRAMEWORK, read_workbook
from paraat.readiness.models import Answer, Assessment
from paraat.readiness.rules.cyfun_workbook import Bad, Columns, Line

SKIPPED = "N/A"
_SCORED_NOT = (Answer.Status.NOT_TESTABLE, Answer.Status.ERROR)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a workbook brought: what differs (and was saved, unless it was only looked at) and what stood there before, both by identifier and field;
    what was put aside, and what is not asked here."""

    answers: dict[str, dict[str, Any]]
    was: dict[str, dict[str, Any]]
    same: int
    bad: tuple[Bad, ...]
    not_asked: tuple[str, ...]
    saved: bool


@dataclass(frozen=True, slots=True)
class Given:
    """The filled workbook, which cells a formula kept, and which answers have no row in it."""

    content: bytes
    written: int
    formulas: tuple[str, ...]
    no_row: tuple[str, ...] = field(default=())


@action
def import_answers(*, assessment: Assessment, content: bytes, by: Actor, dry_run: bool = False) -> Taken:
    """Save what the workbook answers and this assessment does not yet say. An empty cell changes nothing.

    Raises Invalid for another framework or layout, NotOpen, and OlderAnswer when somebody saves at the same moment: then nothing is saved.
    """
    _check(assessment)
    if assessment.state != Assessment.State.OPEN:
        raise NotOpen()
    workbook = read_workbook(content)
    answers = _answers(assessment)
    changes, was = {}, {}
    same = 0
    for line in workbook.lines:
        if (answer := answers.get(line.identifier)) is None:
            continue
        fields = _fields(line, answer, assessment.kind)
        changed = {name: value for name, value in fields.items() if getattr(answer, name) != value}
        same += bool(fields) and not changed
        if changed:
            changes[line.identifier] = changed
            was[line.identifier] = {name: getattr(answer, name) for name in changed}
    not_asked = tuple(
        one.identifier
        for one in workbook.lines
        if one.identifier not in answers and _fields(one, Answer(), assessment.kind)
    )
    if not dry_run:
        _save(assessment, answers, changes, by, len(workbook.bad))
    return Taken(changes, was, same, workbook.bad, not_asked, saved=not dry_run)


def _save(
    assessment: Assessment, answers: dict[str, Answer], changes: dict[str, dict[str, Any]], by: Actor, bad: int
) -> None:
    for name, changed in changes.items():
        save_answer(answer=answers[name], version=answers[name].version, by=by, **changed)
    detail = {"number": assessment.number, "saved": len(changes), "quarantined": bad}
    record("assessment.workbook_read", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    assessment.refresh_from_db()


def _fields(line: Line, answer: Answer, kind: str) -> dict[str, Any]:
    """What a line says. Figures take back a "does not apply" or "could not be tested" of before; any other status stays, it is not a score."""
    words = line.assessor if kind == Assessment.Kind.EXTERNAL and line.assessor else line.comments
    fields: dict[str, Any] = {"explanation": words} if words and words != _told(answer) else {}
    if line.not_applicable:
        return fields | {"status": Answer.Status.NOT_APPLICABLE}
    figures = {
        name: value
        for name in ("documentation", "implementation")
        if (value := getattr(line, name)) is not None
    }  # fmt: skip
    if figures and answer.status in (Answer.Status.NOT_APPLICABLE, *_SCORED_NOT):
        fields["status"] = Answer.Status.OPEN
    return fields | figures


@action
def export_answers(*, assessment: Assessment, content: bytes, by: Actor) -> Given:
    """The workbook with the answers in it. What was not answered leaves its cells alone; what could not be tested empties them and says so.

    Raises Invalid for another framework or layout.
    """
    _check(assessment)
    workbook = read_workbook(content)
    answers = _answers(assessment)
    values: dict[str, dict[str, Value]] = {}
    for line in workbook.lines:
        if (answer := answers.get(line.identifier)) is not None:
            columns = workbook.columns[line.sheet]
            values.setdefault(line.sheet, {}).update(_cells(answer, line, columns, assessment.kind))
    filled: Filled = fill(content, values)
    rows = {one.identifier for one in workbook.lines}
    no_row = tuple(name for name, one in answers.items() if name not in rows and one.version)
    written = sum(map(len, values.values())) - len(filled.formulas)
    detail = {"number": assessment.number, "cells": written, "no_row": len(no_row)}
    record("assessment.workbook_written", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    return Given(filled.content, written, filled.formulas, no_row)


def _cells(answer: Answer, line: Line, columns: Columns, kind: str) -> Iterator[tuple[str, Value]]:
    pair: tuple[Value, Value] | None = (answer.documentation, answer.implementation)
    if answer.status == Answer.Status.NOT_APPLICABLE:
        pair = (SKIPPED, SKIPPED)
    elif answer.status in _SCORED_NOT:
        pair = (None, None)
    elif pair == (None, None):
        pair = None
    for name, value in zip(("documentation", "implementation"), pair or (), strict=False):
        yield f"{columns.letter(name)}{line.row}", value
    told = _told(answer)
    place = "assessor" if kind == Assessment.Kind.EXTERNAL and "assessor" in columns.places else "comments"
    if told and place in columns.places:
        yield f"{columns.letter(place)}{line.row}", told


def _told(answer: Answer) -> str:
    """The explanation; what could not be tested or failed is said in English, as the workbook is."""
    said = {"not_testable": "Could not be tested.", "error": "The test failed."}.get(answer.status, "")
    return f"{said} {answer.explanation}".strip()


def _answers(assessment: Assessment) -> dict[str, Answer]:
    """Of what is asked now; answers to controls that were removed have no place in a workbook."""
    rows = Answer.objects.filter(assessment=assessment, control__edition=assessment.edition_id)
    return {one.control.identifier: one for one in rows.select_related("control", "assessment")}


def _check(assessment: Assessment) -> None:
    if assessment.edition.framework.key != FRAMEWORK:
        raise Invalid("Only assessments of CyFun have an official workbook", field="assessment")
