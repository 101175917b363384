"""Proofs of a measure: each is a revision under its digest; a newer one never replaces an older one, and nobody takes one away."""

from __future__ import annotations

from collections.abc import Iterable

from paraat.incidents.actions.evidence import check_name, tidy_name
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import files, moment
from paraat.platform.actions import action, record
from paraat.readiness import configuration
from paraat.readiness.actions.measures import change_of
from paraat.readiness.models import Measure, MeasureEvidence


def add_measure_evidence(
    *, measure: Measure, name: str, stream: files.Readable | Iterable[bytes], by: Actor, digest: str = ""
) -> MeasureEvidence:
    """Keep all of `stream` as the next revision. The transaction begins when it is on the disk.

    Invalid for an ending that is not accepted, an empty file, or when what arrived has not the `digest` that was named; TooLarge; DiskFull; Conflict
    when the measure was dropped, or when the newest revision has this very content.
    """
    check_name(name)
    kept = files.store(stream, limit=configuration.MEASURE_EVIDENCE_LIMIT.get())
    if not kept.size:
        raise Invalid("This file is empty", field="file")
    if digest and digest.lower() != kept.digest:
        raise Invalid("What arrived does not have this digest", sha256=kept.digest)
    return keep_measure_evidence(measure=measure, name=name, kept=kept, by=by)


@action
def keep_measure_evidence(*, measure: Measure, name: str, kept: files.Stored, by: Actor) -> MeasureEvidence:
    """Put a file that is in the store on a measure; see `add_measure_evidence`."""
    row: Measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if row.state == Measure.State.DROPPED:
        raise Conflict("This measure was dropped; open it again first", measure=row.number)
    newest = row.evidence.order_by("-revision").first()
    if newest is not None and newest.digest == kept.digest:
        raise Conflict("This very file is the newest proof already", revision=newest.revision)
    proof: MeasureEvidence = MeasureEvidence.objects.create(
        measure=row,
        revision=newest.revision + 1 if newest else 1,
        name=tidy_name(name),
        file=kept.path,
        size=kept.size,
        digest=kept.digest,
        added_at=moment.now(),
        added_by=by.label[:200],
    )
    change_of(
        row, "evidence", by, detail={"revision": proof.revision, "name": proof.name, "sha256": proof.digest}
    ).save(force_insert=True)
    detail = {"number": row.number, "revision": proof.revision, "sha256": proof.digest, "size": proof.size}
    record("measure.evidence", by=by, on=row, organisation=row.organisation_id, detail=detail)
    return proof


@action
def note_evidence_taken(*, evidence: MeasureEvidence, by: Actor) -> None:
    """Somebody downloaded a proof."""
    row = evidence.measure
    detail = {"number": row.number, "revision": evidence.revision, "sha256": evidence.digest}
    record("measure.evidence_taken", by=by, on=row, organisation=row.organisation_id, detail=detail)
