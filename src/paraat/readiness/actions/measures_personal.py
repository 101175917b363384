"""What measures have on a person (GDPR articles 15 and 17): contacts that own one, or acted on one by a signed link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from paraat.accounts.models import Membership
from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import action, record
from paraat.readiness.models import Measure, MeasureChange, MeasureEvidence


def export_person(contact: UUID) -> dict[str, Any]:
    """The measures of a contact, and what it did to any, by a link or by an account of its own."""
    owned = Measure.objects.filter(owner=contact).values("number", "title", "state", "due_on")
    did = MeasureChange.objects.filter(by_id__in=_actors(contact)).exclude(by="")
    said = did.order_by("at").values("measure__number", "deed", "because", "at", "by")
    return {"measures": list(owned), "did": list(said)}


@action
def erase_person(*, contact: UUID) -> int:
    """Take a contact out of every measure; how many rows. The measure goes on: its reminders go to the single point of contact."""
    whose = _actors(contact)
    rows = list(Measure.objects.filter(owner=contact))
    changed = Measure.objects.filter(owner=contact).update(owner=None)
    changed += Measure.objects.filter(done_by_id__in=whose).exclude(done_by="").update(done_by="")
    changed += _from_history(MeasureChange.objects.filter(by_id__in=whose).exclude(by=""))
    for one in rows:
        record("measure.person", by=SYSTEM, on=one, organisation=one.organisation_id)
    if changed and not rows:
        record("measure.person", by=SYSTEM, on=MeasureChange(pk=contact), detail={"rows": changed})
    return changed


def _from_history(did: QuerySet[MeasureChange]) -> int:
    """What was done stays; the name goes from the history, and from where it stands beside what it did."""
    done = {deed: did.filter(deed=deed).values("measure") for deed in ("planned", "verified")}
    Measure.objects.filter(pk__in=done["planned"]).update(created_by="")
    Measure.objects.filter(pk__in=done["verified"], state=Measure.State.VERIFIED).update(verified_by="")
    for measure, detail in did.filter(deed="evidence").values_list("measure", "detail"):
        MeasureEvidence.objects.filter(measure=measure, revision=detail["revision"]).update(added_by="")
    return did.update(by="")


def _actors(contact: UUID) -> set[UUID]:
    """The contact itself, and the accounts that it holds."""
    return {contact, *Membership.objects.filter(contact=contact).values_list("user", flat=True)}
