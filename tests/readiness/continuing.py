"""Critical services and their tests, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from paraat.cloud.actions.drills import drill, end_drill, note
from paraat.cloud.models import Drill
from paraat.kernel.actor import SYSTEM
from paraat.platform import files, moment
from paraat.readiness.actions.continuity import add_service, save_service
from paraat.readiness.actions.continuity_tests import Paper, record_test
from paraat.readiness.models import ContinuityTest, CriticalService
from paraat.registry.models import Organisation


def service(
    town: Organisation, kind: str = "web", *, limit: int | None = 24, proposed: bool = False, **said: Any
) -> CriticalService:
    """A service whose limit the town decided, unless it is only proposed."""
    row = add_service(organisation=town, by=SYSTEM, kind=kind, name=said.pop("name", ""))
    CriticalService.objects.filter(pk=row.pk).update(max_downtime_hours=limit, max_downtime_proposed=proposed)
    row.refresh_from_db()
    return save_service(service=row, version=row.version, by=SYSTEM, **said) if said else row


def tested(
    row: CriticalService,
    *,
    hours: float | None = 4,
    resumed: bool | None = True,
    days_ago: int = 10,
    paper: bool = True,
    **more: Any,
) -> ContinuityTest:
    """A table-top exercise with its report."""
    kept = Paper(files.store([b"what happened"]), "report.txt") if paper else None
    return record_test(
        organisation=row.organisation, services=more.pop("services", [row]), kind=more.pop("kind", "tabletop"), on=day(days_ago), by=SYSTEM,
        resumed=resumed, hours=None if hours is None else Decimal(str(hours)), paper=kept, **more,
    )  # fmt: skip


def drilled(town: Organisation, services: list[str], *, minutes: int = 60, error: str = "", **noted: Any) -> Drill:
    """A drill that took so many minutes, proven for all of its services; or that failed."""
    row = drill(organisation=town, by=SYSTEM, services=services, enqueue=False)
    begun = row.requested_at
    moments = {
        "started_at": begun,
        "healthy_at": begun,
        "restored_at": begun,
        "verified_at": begun + timedelta(minutes=minutes),
    }
    if not error:
        note(drill=row, **moments, proven={one: ["it answers"] for one in row.services}, **noted)
    elif noted:
        note(drill=row, **noted)
    end_drill(drill=row, error=error)
    return row


def day(days_ago: int) -> date:
    """A day before today."""
    return moment.today() - timedelta(days=days_ago)
