"""What measures have on a person (GDPR articles 15 and 17): contacts that own one, or acted on one by a signed link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import action, record
from paraat.readiness.models import Measure, MeasureChange


def export_person(contact: UUID) -> dict[str, Any]:
    """The measures of a contact, and what it did to any."""
    owned = Measure.objects.filter(owner=contact).values("number", "title", "state", "due_on")
    did = MeasureChange.objects.filter(by_id=contact).values("measure__number", "deed", "because", "at", "by")
    return {"measures": list(owned), "did": list(did)}


@action
def erase_person(*, contact: UUID) -> int:
    """Take a contact out of every measure; how many rows. The measure goes on: its reminders go to the single point of contact."""
    rows = list(Measure.objects.filter(owner=contact))
    changed = Measure.objects.filter(owner=contact).update(owner=None)
    changed += Measure.objects.filter(done_by_id=contact).update(done_by="")
    changed += MeasureChange.objects.filter(by_id=contact).update(by="")
    for one in rows:
        record("measure.person", by=SYSTEM, on=one, organisation=one.organisation_id)
    if changed and not rows:
        record("measure.person", by=SYSTEM, on=MeasureChange(pk=contact), detail={"rows": changed})
    return changed
