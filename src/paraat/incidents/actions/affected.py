"""Which services of a victim work, and what people do meanwhile."""

from __future__ import annotations

from datetime import datetime

from paraat.alerts.happening import for_officers
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, CaseService, TimelineEntry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def note_service(
    *,
    case: Case,
    name: str,
    by: Actor,
    status: str = CaseService.Status.UNKNOWN,
    operation: str = CaseService.Operation.EXTERNAL,
    workaround: str = "",
    since: datetime | None = None,
) -> CaseService:
    """Say how a service of the victim does, since when, and by which workaround; the service is known by its name. A change of its status
    stands in the timeline. Raises Invalid without a name, or since a moment to come."""
    now = moment.now()
    if not name.strip():
        raise Invalid("Name the service", field="name")
    if since and since > now:
        raise Invalid("It cannot be known before it happened", field="since")
    before = CaseService.objects.select_for_update().filter(case=case, name=name.strip()).first()
    values = {"status": status, "operation": operation, "workaround": workaround.strip(), "changed_at": now}
    moved = before is None or before.status != status
    values["since"] = since or (now if moved or before is None else before.since)
    service, _made = CaseService.objects.update_or_create(case=case, name=name.strip(), defaults=values)
    if moved:
        with for_officers():
            text = f"{service.name}: {CaseService.Status(status).label}"
        add_entry(case=case, text=text, by=by, kind=TimelineEntry.Kind.EVENT, happened_at=service.since)
    detail = {"case": case.number, "name": service.name, "status": status}
    record(
        "case.service",
        by=by,
        on=service,
        organisation=case.organisation_id,
        detail=detail,
        tlp=case.tlp,
        exercise=case.exercise,
    )
    return service
