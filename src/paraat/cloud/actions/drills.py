"""Drills: asked for by a person or the schedule, and what came of them. A drill that failed stays in every figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from paraat.cloud import catalog, configuration
from paraat.cloud.happening import tenant_changed
from paraat.cloud.models import Backup, Drill, Preparation, Tenant
from paraat.cloud.rules import recovery
from paraat.incidents.actions.numbers import take_number
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

UNDERWAY = (Drill.State.WAITING, Drill.State.RUNNING)
TARGET = 240
"""Minutes, where nothing was prepared: four hours."""


@action
def drill(
    *,
    organisation: Organisation,
    by: Actor,
    because: str = "",
    services: Iterable[str] | None = None,
    exercise: bool = False,
    enqueue: bool = True,
) -> Drill:
    """Ask for a drill: everything lost, started and restored into an empty store, proven by clients, and thrown away.

    `services`: those prepared, else the whole catalog. Conflict while another drill of the organisation is under way.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if Drill.objects.filter(organisation=organisation, state__in=UNDERWAY).exists():
        raise Conflict("A drill of this organisation is under way")
    prepared = Preparation.objects.filter(organisation=organisation).first()
    chosen = catalog.chosen(tuple(services or ()) or (prepared.services if prepared else ()) or ("all",))
    now = moment.now()
    row = Drill.objects.create(
        number=take_number(kind="D", now=now),
        organisation=organisation,
        because=because.strip()[:200],
        by=by.label[:200],
        services=list(chosen),
        requested_at=now,
        target_rto_minutes=prepared.target_rto_minutes if prepared else TARGET,
        claimed_rto_minutes=prepared.claimed_rto_minutes if prepared else None,
        driver=configuration.DRIVER.get(),
        tlp=Tlp.AMBER_STRICT,
        exercise=exercise or bool(prepared and prepared.exercise),
    )
    _say("drill.asked", row, by, services=row.services, because=row.because)
    if enqueue:
        from paraat.cloud import data_jobs  # jobs call what calls actions

        data_jobs.drill.defer(row=str(row.pk))
    return row


@action
def begin_drill(*, drill: Drill) -> bool:
    """Its work begins; False when it is over. One that was cut off by a death of its process has failed: its times would say nothing."""
    if (
        Drill.objects.filter(pk=drill.pk, state=Drill.State.WAITING).update(
            state=Drill.State.RUNNING, began_at=moment.now()
        )
        == 1
    ):
        drill.refresh_from_db()
        return True
    if Drill.objects.filter(pk=drill.pk, state=Drill.State.RUNNING).exists():
        end_drill(drill=drill, error="The process that ran it ended; its times would say nothing")
    return False


@action
def note(*, drill: Drill, **fields: Any) -> None:
    """Write down how far it came."""
    Drill.objects.filter(pk=drill.pk).update(**fields)
    drill.refresh_from_db()
    if drill.tenant_id:
        tenant_changed(drill.tenant_id, drill.organisation_id)


@action
def end_drill(*, drill: Drill, error: str = "") -> None:
    """It is proven, with its times and what they mean for the organisation's own size; or it failed, in words for people."""
    prepared = Preparation.objects.filter(organisation=drill.organisation_id).first()
    found = recovery.recovery(times(drill), drill.bytes)
    minutes = None if error else recovery.extrapolated(found, prepared.data_mb if prepared else None)
    state = Drill.State.FAILED if error else Drill.State.PASSED
    rows = Drill.objects.filter(pk=drill.pk, state__in=UNDERWAY)
    if rows.update(state=state, error=error[:4000], extrapolated_minutes=minutes) != 1:
        raise Conflict("Somebody else ended this first")
    drill.refresh_from_db()
    verb = "drill.failed" if error else "drill.passed"
    _say(verb, drill, SYSTEM, seconds=found.seconds, bytes=drill.bytes, same=drill.same, error=error)


@action
def note_gone(*, drill: Drill, left: Iterable[str]) -> None:
    """The throw-away tenant was destroyed, and this is what was found of it afterwards: nothing, or it says what."""
    still = list(left)
    Drill.objects.filter(pk=drill.pk).update(gone_at=None if still else moment.now(), left=still)
    drill.refresh_from_db()
    _say("drill.cleared", drill, SYSTEM, left=still)


@action
def take_due(*, now: datetime) -> list[UUID]:
    """Ask for every drill that a preparation's schedule has due, once; the next follows from now. Returns the drills."""
    asked = []
    for one in Preparation.objects.filter(drill_due_at__lte=now, drill_every_days__gt=0).select_related("organisation")[
        :20
    ]:
        later = recovery.next_drill(now, one.drill_every_days)
        if Drill.objects.filter(organisation=one.organisation_id, state__in=UNDERWAY).exists():
            later = now + timedelta(hours=1)
        if Preparation.objects.filter(pk=one.pk, drill_due_at=one.drill_due_at).update(drill_due_at=later) != 1:
            continue
        if later == recovery.next_drill(now, one.drill_every_days):
            asked.append(drill(organisation=one.organisation, by=SYSTEM, because="schedule", exercise=one.exercise).pk)
    return asked


@action
def note_certificate(*, drill: Drill, by: Actor) -> None:
    """Somebody took the certificate."""
    _say("drill.certificate", drill, by)


def times(drill: Drill) -> recovery.Times:
    """Its moments."""
    return recovery.Times(drill.requested_at, drill.started_at, drill.healthy_at, drill.restored_at, drill.verified_at)


def newest_backup(organisation: Organisation, *, exercise: bool) -> Backup | None:
    """The newest whole backup of the organisation's own emergency cloud, whether that still runs or not."""
    rows = Backup.objects.filter(
        tenant__organisation=organisation,
        tenant__kind=Tenant.Kind.EMERGENCY,
        tenant__exercise=exercise,
        tenant__repository__isnull=False,
    )
    found: Backup | None = (
        rows.filter(state=Backup.State.DONE, forgotten_at=None)
        .exclude(manifest="")
        .select_related("tenant")
        .order_by("-began_at")
        .first()
    )
    return found


def _say(verb: str, drill: Drill, by: Actor, **detail: Any) -> None:
    kept = {name: value for name, value in detail.items() if value not in ("", None, [])}
    record(verb, by=by, on=drill, organisation=drill.organisation_id, detail=kept)
