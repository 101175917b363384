"""What was shown of critical services: by a drill of the emergency cloud, at a table, or when it really happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paraat.cloud.actions.drills import times
from paraat.cloud.models import Drill
from paraat.cloud.rules import recovery
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.files import Stored
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import ContinuityTest, CriticalService, TestedService
from paraat.readiness.rules import continuity as rules
from paraat.registry.models import Organisation

HOUR = Decimal(60)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file in the content store, with the name that its owner gave it."""

    stored: Stored
    name: str


@action
def record_test(
    *,
    organisation: Organisation,
    services: Iterable[CriticalService],
    kind: str,
    on: date,
    by: Actor,
    resumed: bool | None,
    hours: Decimal | None = None,
    remarks: str = "",
    paper: Paper | None = None,
) -> ContinuityTest:
    """Write down a table-top exercise or a real interruption. `resumed` None: nobody could tell, which is a result of its own.

    Raises Invalid without a service, for a day to come, for hours where nothing resumed, or without hours where something did.
    """
    chosen = list(services)
    if kind not in {ContinuityTest.Kind.TABLETOP, ContinuityTest.Kind.REAL}:
        raise Invalid("A drill writes down its own result", field="kind")
    if not chosen or any(one.organisation_id != organisation.pk or one.retired_at for one in chosen):
        raise Invalid("Say which services of the organisation were tested", field="services")
    if on > moment.today():
        raise Invalid("This day is still to come", field="on")
    if (hours is None) == bool(resumed):
        raise Invalid("Say after how many hours it was back, and only when it was", field="hours")
    results = {one: rules.result(_float(hours), one.max_downtime_hours, resumed=resumed) for one in chosen}
    return _written(
        ContinuityTest(
            organisation=organisation, kind=kind, on=on, hours=hours, remarks=remarks.strip()[:5000],
            file=paper.stored.path if paper else "", file_name=paper.name[:255] if paper else "", file_size=paper.stored.size if paper else 0,
            exercise=any(one.exercise for one in chosen),
        ),
        results,
        by,
    )  # fmt: skip


@action
def record_drill(*, drill: Drill) -> ContinuityTest | None:
    """A drill ended: what it showed of the services that the emergency cloud carries. None when it carries none of them, or it is on file.

    A service counts as carried when all of its `cloud_services` were in the drill, and as resumed when all were proven by their clients.
    """
    rows = CriticalService.objects.filter(organisation=drill.organisation_id, exercise=drill.exercise, retired_at=None)
    carried = [one for one in rows if one.cloud_services and set(one.cloud_services) <= set(drill.services)]
    if not carried or ContinuityTest.objects.filter(drill=drill).exists():
        return None
    minutes = recovery.recovery(times(drill), drill.bytes).minutes if drill.state == Drill.State.PASSED else None
    hours = None if minutes is None else (minutes / HOUR).quantize(Decimal("0.01"))
    computed = drill.extrapolated_minutes / 60 if drill.extrapolated_minutes is not None else None
    results = {}
    for one in carried:
        shown = _float(hours) if set(one.cloud_services) <= set(drill.proven) else None
        results[one] = rules.drilled(shown, computed, one.max_downtime_hours, began=drill.started_at is not None)
    return _written(
        ContinuityTest(
            organisation_id=drill.organisation_id, kind=ContinuityTest.Kind.DRILL, on=moment.day(drill.requested_at), hours=hours,
            drill=drill, sample=drill.sample, exercise=drill.exercise,
        ),
        results,
        SYSTEM,
    )  # fmt: skip


@action
def note_proof_read(*, test: ContinuityTest, by: Actor) -> None:
    """Somebody took the file of a test."""
    record("continuity.proof", by=by, on=test, organisation=test.organisation_id, detail={"file": test.file_name})


def _written(test: ContinuityTest, results: dict[CriticalService, rules.Result], by: Actor) -> ContinuityTest:
    test.result = ContinuityTest.Result(rules.worst(results.values()).value)
    test.recorded_at, test.recorded_by = moment.now(), by.label[:200]
    test.save(force_insert=True)
    TestedService.objects.bulk_create(
        TestedService(test=test, service=one, limit_hours=one.max_downtime_hours, result=found.value)
        for one, found in results.items()
    )
    detail = {"kind": test.kind, "result": test.result, "hours": test.hours, "services": [one.name for one in results]}
    record("continuity.tested", by=by, on=test, organisation=test.organisation_id, detail=detail)
    touch([test.organisation_id])
    return test


def _float(hours: Decimal | None) -> float | None:
    return None if hours is None else float(hours)
