"""Writes editions: one from the user's own workbook, and taking a running assessment along to a newer one without losing an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import IntegrityError, transaction

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.standing import touch
from paraat.readiness.frameworks.importing import Planned, plan
from paraat.readiness.models import Answer, Assessment, CommonAnswer, Control, Edition, Framework
from paraat.readiness.rules import assessments as rules

LONGEST = 30


@action
def import_edition(
    *, content: bytes, version: str, by: Actor, published_on: date | None = None, name: str = ""
) -> Edition:
    """A new edition of CyFun from the user's own workbook; its words stay in this installation. The same file again gives the same edition.

    Rows that cannot be taken are kept in its quarantine. Raises Invalid (no version, no such layout), TooBig, Conflict (a version that is there).
    """
    version = version.strip()
    if not version or len(version) > LONGEST:
        raise Invalid("Give the edition a name of at most 30 characters", field="version")
    planned, digest = plan(content), hashlib.sha256(content).hexdigest()
    framework = Framework.objects.select_for_update().get(pk=planned.before.framework_id)
    same: Edition | None = framework.editions.filter(digest=digest).first()
    if same is not None:
        return same
    if framework.editions.filter(version=version).exists():
        raise Conflict("There is an edition with this name already", version=version)
    edition = Edition.objects.create(
        framework=framework,
        version=version,
        published_on=published_on or planned.before.published_on,
        source=f"workbook {name}".strip()[:300],
        digest=digest,
        levels=planned.before.levels,
        imported=True,
        quarantine=planned.quarantine,
        added_at=moment.now(),
    )
    for row in planned.controls:
        row.edition = edition
    Control.objects.bulk_create(planned.controls)
    record("framework.import", by=by, on=edition, detail=_told(framework, version, digest, planned))
    return edition


def _told(framework: Framework, version: str, digest: str, planned: Planned) -> dict[str, object]:
    return {
        "framework": framework.key,
        "version": version,
        "sha256": digest,
        "level": planned.workbook.level,
        "controls": len(planned.controls),
        "added": len(planned.difference.added),
        "removed": len(planned.difference.removed),
        "changed": len(planned.difference.changed),
        "quarantined": len(planned.workbook.bad),
    }


# Taking along ---------------------------------------------------------------------------------------------------------------------
@action
def take_along(*, assessment: Assessment, edition: Edition, by: Actor) -> Assessment:
    """Let a running assessment go on with another edition of its framework. Answers follow the identifier; answers to what is no longer asked stay
    where they are, readable; what is new is asked.

    Raises Conflict when it is not open, is on that edition already, or another one is open on it; Invalid for another framework or level.
    """
    row: Assessment = Assessment.objects.select_for_update(of=("self",)).select_related("edition").get(pk=assessment.pk)
    _check(row, edition)
    asked = {
        one.identifier: one for one in edition.controls.all() if rules.in_level(edition.levels, row.level, one.level)
    }
    answers = {one.control.identifier: one for one in row.answers.select_related("control")}
    followed = [one for name, one in answers.items() if name in asked]
    for answer in followed:
        answer.control = asked[answer.control.identifier]
    Answer.objects.bulk_update(followed, ["control"])
    new = [one for name, one in asked.items() if name not in answers]
    Answer.objects.bulk_create([Answer(assessment=row, control=one) for one in new])
    if row.author_id:
        _share_along(row, asked)
    _move(row, edition, [*followed, *(Answer() for _new in new)])
    touch([row.organisation_id])
    detail = {
        "number": row.number,
        "from": row.edition.version,
        "to": edition.version,
        "followed": len(followed),
        "new": len(new),
        "kept": len(answers) - len(followed),
    }
    record("assessment.taken_along", by=by, on=row, organisation=row.organisation_id, detail=detail)
    assessment.refresh_from_db()
    return assessment


def _check(row: Assessment, edition: Edition) -> None:
    if row.state != Assessment.State.OPEN:
        raise Conflict("It is not open any more")
    if edition.framework_id != row.edition.framework_id:
        raise Invalid("This edition is of another framework", field="edition")
    if edition.pk == row.edition_id:
        raise Conflict("It is on this edition already")
    if row.level and row.level not in edition.levels:
        raise Invalid("This edition has no such level", field="edition")


def _share_along(row: Assessment, asked: Mapping[str, Control]) -> None:
    """What a provider answered for all of its customers holds for the same control of the newer edition too, unless it answered that one."""
    common = CommonAnswer.objects.filter(author=row.author_id, control__edition=row.edition_id).select_related(
        "control"
    )
    copies = [
        CommonAnswer(
            author_id=one.author_id,
            control=asked[one.control.identifier],
            status=one.status,
            documentation=one.documentation,
            implementation=one.implementation,
            explanation=one.explanation,
            version=one.version,
            saved_at=one.saved_at,
            saved_by=one.saved_by,
        )
        for one in common
        if one.control.identifier in asked
    ]
    CommonAnswer.objects.bulk_create(copies, ignore_conflicts=True)


def _move(row: Assessment, edition: Edition, answers: Iterable[Answer]) -> None:
    """The assessment and its figures: of what is asked now only."""
    tallies = [rules.tally(one.status, one.documentation, one.implementation) for one in answers]
    answered, untestable, errors = (sum(column) for column in zip(*tallies, strict=True)) if tallies else (0, 0, 0)
    fields = {"asked": len(tallies), "answered": answered, "untestable": untestable, "errors": errors}
    try:
        with transaction.atomic():
            Assessment.objects.filter(pk=row.pk).update(edition=edition, **fields)
    except IntegrityError as error:
        raise Conflict("One with that edition is open already; go on with that one") from error
