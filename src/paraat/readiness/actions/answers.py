"""Saving answers, one at a time as people go, and the files that show them. Who saves an older one is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.files import Stored
from paraat.readiness.actions.assessment_reminders import plan_expiry
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Answer, AnswerChange, AnswerEvidence, Assessment, Control
from paraat.readiness.rules import assessments as rules

FIELDS = ("status", "documentation", "implementation", "explanation", "explained_until")
LONGEST = 8000
FARTHEST = 5
"""Years that an explanation may hold."""


class OlderAnswer(Conflict):
    """Somebody else saved this answer first. Look at both, and save the one that is right."""


class NoLongerAsked(Conflict):
    """The edition that this assessment went on with does not ask this any more. The answer is kept as it was."""


class NotOpen(Conflict):
    """This assessment is not open any more; nothing was saved."""


@action
def save_answer(*, answer: Answer, version: int, by: Actor, **fields: Any) -> Answer:
    """Save what is given of one answer and leave the rest; `version` is the one that the writer had before him.

    What is as it was is not saved again. Raises OlderAnswer when somebody saved it since, NotOpen when the assessment was submitted, Invalid
    with the field.
    """
    given = read_fields(fields)
    if answer.version != version:
        raise OlderAnswer()
    if answer.control.edition_id != answer.assessment.edition_id:
        raise NoLongerAsked()
    changed = {name: value for name, value in given.items() if getattr(answer, name) != value}
    if not changed:
        return answer
    now, assessment = moment.now(), answer.assessment
    before = as_json(answer)
    count_again(assessment, _tally(answer), rules.tally(**_judged(answer, changed)))
    _write(answer, changed, now, by)
    if version:  # of a first answer there is nothing to keep
        AnswerChange.objects.create(answer=answer, was=before, at=now, by=by.label[:200])
    if changed.get("explained_until"):
        plan_expiry(assessment.pk, changed["explained_until"])
    touch([assessment.organisation_id])
    record(
        "answer.saved",
        by=by,
        on=assessment,
        organisation=assessment.organisation_id,
        detail=told(answer.control, answer, assessment),
    )
    return answer


def told(control: Control, answer: Answer, owner: Assessment) -> dict[str, Any]:
    """What the journal of the constituent says of a saved answer: of an audit that it was answered and not what, for it reads that once the audit is
    submitted."""
    said = {} if owner.kind == Assessment.Kind.EXTERNAL else {"status": answer.status}
    return {"control": control.identifier, "version": answer.version} | said


def _write(answer: Answer, changed: Mapping[str, Any], now: datetime, by: Actor) -> None:
    same = Answer.objects.filter(
        pk=answer.pk, version=answer.version, control=answer.control_id
    )  # not taken along since
    values = {**changed, "version": answer.version + 1, "saved_at": now, "saved_by": by.label[:200], "common": False}
    if same.update(**values) != 1:
        raise OlderAnswer()
    for name, value in values.items():
        setattr(answer, name, value)


def count_again(assessment: Assessment, was: tuple[int, int, int], now: tuple[int, int, int]) -> None:
    """Keep the figures of an open assessment with its answers. Always the first row that is written: whoever submits comes before or after,
    and two who save in one assessment follow each other. Raises NotOpen."""
    answered, untestable, errors = (new - old for old, new in zip(was, now, strict=True))
    still = Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.OPEN)
    fields = {"answered": F("answered") + answered, "untestable": F("untestable") + untestable, "errors": F("errors") + errors}  # fmt: skip
    if still.update(**fields) != 1:
        raise NotOpen()


def _tally(answer: Answer) -> tuple[int, int, int]:
    return rules.tally(answer.status, answer.documentation, answer.implementation)


def _judged(answer: Answer, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: changed.get(name, getattr(answer, name)) for name in ("status", "documentation", "implementation")}


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON, with who saved it and when."""
    until, at = answer.explained_until, answer.saved_at
    return {
        "status": answer.status,
        "documentation": answer.documentation,
        "implementation": answer.implementation,
        "explanation": answer.explanation,
        "explained_until": until.isoformat() if until else None,
        "version": answer.version,
        "saved_at": at.isoformat() if at else None,
        "saved_by": answer.saved_by,
    }


def read_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. Raises Invalid with the field that does not fit."""
    if unknown := fields.keys() - set(FIELDS):
        raise Invalid("There is no such thing to answer", field=", ".join(sorted(unknown)))
    found = dict(fields)
    if "status" in found and found["status"] not in Answer.Status.values:
        raise Invalid("This is no answer", field="status")
    for name in ("documentation", "implementation"):
        if found.get(name) is not None and not (isinstance(found[name], int) and 1 <= found[name] <= 5):
            raise Invalid("Maturity is a figure from 1 to 5", field=name)
    if "explanation" in found:
        found["explanation"] = _text(found["explanation"])
    if found.get("explained_until") is not None:
        _check_until(found["explained_until"])
    return found


def _text(text: Any) -> str:
    found = str(text or "").replace("\r\n", "\n").strip()
    if len(found) > LONGEST or "\0" in found:
        raise Invalid("This explanation is too long, or holds what cannot be kept", field="explanation")
    return found


def _check_until(until: Any) -> None:
    today = moment.today()
    if not isinstance(until, date) or not today.year - 1 <= until.year <= today.year + FARTHEST:
        raise Invalid("An explanation holds until a day within five years", field="explained_until")


# Files ----------------------------------------------------------------------------------------------------------------------------


@action
def attach_to_answer(*, answer: Answer, stored: Stored, name: str, by: Actor) -> AnswerEvidence:
    """Put a kept file with an answer; the same content twice is one. Raises NotOpen."""
    count_again(answer.assessment, (0, 0, 0), (0, 0, 0))
    known = AnswerEvidence.objects.filter(answer=answer, file=stored.path, withdrawn_at=None).first()
    if known is not None:
        return known
    made: AnswerEvidence = AnswerEvidence.objects.create(
        answer=answer,
        name=_file_name(name),
        file=stored.path,
        size=stored.size,
        added_at=moment.now(),
        added_by=by.label[:200],
    )
    _note("answer.evidence", answer, made, by)
    return made


@action
def withdraw_evidence(*, evidence: AnswerEvidence, by: Actor) -> AnswerEvidence:
    """Take a file off an answer. That it was there stays on record. Raises NotOpen, and Conflict when somebody was first."""
    answer = evidence.answer
    count_again(answer.assessment, (0, 0, 0), (0, 0, 0))
    there = AnswerEvidence.objects.filter(pk=evidence.pk, withdrawn_at=None)
    if there.update(withdrawn_at=moment.now(), withdrawn_by=by.label[:200]) != 1:
        raise Conflict("Somebody else was first")
    _note("answer.evidence_withdrawn", answer, evidence, by)
    return evidence


def _file_name(name: str) -> str:
    plain = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable()).strip()
    return plain[-255:] or "file"


def _note(verb: str, answer: Answer, evidence: AnswerEvidence, by: Actor) -> None:
    owner = answer.assessment
    digest = evidence.file.rpartition("/")[2]
    detail = {"control": answer.control.identifier, "sha256": digest, "bytes": evidence.size}
    record(verb, by=by, on=owner, organisation=owner.organisation_id, detail=detail)
