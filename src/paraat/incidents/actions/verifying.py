"""A report is verified by calling back through a contact on file; never through what the reporter gave."""

from __future__ import annotations

from paraat.incidents.models import Report
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact


@action
def confirm_report(*, report: Report, contact: Contact, spoke_to: str, by: Actor) -> None:
    """The organisation says that it is true. See `_answered`."""
    _answered(report, contact, spoke_to, Report.Verification.CALLED_BACK, by)
    record(
        "report.called_back", by=by, on=report, organisation=report.organisation_id, detail={"number": report.number}
    )


@action
def deny_report(*, report: Report, contact: Contact, spoke_to: str, by: Actor) -> None:
    """The organisation knows nothing of it. The report stays: it may be a trick, and that is worth knowing. See `_answered`."""
    _answered(report, contact, spoke_to, Report.Verification.DENIED, by)
    record("report.denied", by=by, on=report, organisation=report.organisation_id, detail={"number": report.number})


def _answered(report: Report, contact: Contact, spoke_to: str, outcome: Report.Verification, by: Actor) -> None:
    """Raises Invalid when nobody knows yet whose report it is, when the contact is not one on file of that organisation, or without whom was
    spoken to; Conflict when somebody noted another answer meanwhile."""
    if report.organisation_id is None:
        raise Invalid("Say first which organisation it is about", field="organisation")
    now = moment.now()
    on_file = (
        Contact.objects.answering().as_of(moment.day(now)).filter(pk=contact.pk, organisation=report.organisation_id)
    )
    if not on_file.exists():
        raise Invalid("Call back through a contact on file of this organisation", field="contact")
    if not spoke_to.strip():
        raise Invalid("Say whom you spoke to", field="spoke_to")
    values = {
        "verification": outcome,
        "verified_at": now,
        "verified_by": by.label[:200],
        "verified_with": f"{spoke_to.strip()} ({contact.name})"[:300],
    }
    same = Report.objects.filter(pk=report.pk, verification=report.verification, organisation=report.organisation_id)
    if same.update(**values) != 1:
        raise Conflict("Somebody has called back meanwhile")
    report.refresh_from_db()
    live.publish("reports", id=report.pk)
