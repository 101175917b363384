"""What happened in a case is added to its timeline; a mistake is corrected by another entry."""

from __future__ import annotations

from datetime import datetime

from paraat.incidents.models import Case, Report, TimelineEntry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def add_entry(
    *,
    case: Case,
    text: str,
    by: Actor,
    kind: str = TimelineEntry.Kind.EVENT,
    happened_at: datetime | None = None,
    known_at: datetime | None = None,
    tlp: Tlp | int | None = None,
    corrects: TimelineEntry | None = None,
    report: Report | None = None,
) -> TimelineEntry:
    """Add an entry. `happened_at` None: not known; `known_at` None: now; `tlp` None: the case's own; `report`: in which it was read.

    A correction is at least as marked as what it corrects. Raises Invalid without words, when it is known before it happened or in the
    future, when it corrects an entry of another case, or when the case lives on in another one.
    """
    now = moment.now()
    known = known_at or now
    if not text.strip():
        raise Invalid("Write what happened", field="text")
    if known > now:
        raise Invalid("It cannot be known in the future", field="known_at")
    if happened_at and happened_at > known:
        raise Invalid("It cannot be known before it happened", field="known_at")
    if corrects and corrects.case_id != case.pk:
        raise Invalid("This entry is of another case", field="corrects")
    if case.state == Case.State.MERGED and kind != TimelineEntry.Kind.STATE:
        raise Invalid("This case lives on in another one; add it there")
    marked = case.tlp if tlp is None else int(tlp)
    entry = TimelineEntry.objects.create(
        case=case,
        kind=TimelineEntry.Kind.CORRECTION if corrects else kind,
        text=text.strip(),
        happened_at=happened_at,
        known_at=known,
        recorded_at=now,
        recorded_by=by.label,
        corrects=corrects,
        report=report,
        tlp=max(marked, corrects.tlp) if corrects else marked,
        exercise=case.exercise,
    )
    record(
        "case.timeline",
        by=by,
        on=entry,
        organisation=case.organisation_id,
        detail={"case": case.number, "kind": entry.kind},
    )
    return entry
