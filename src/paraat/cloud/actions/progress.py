"""What the engine writes down while it brings a tenant about: steps with their times, what it saw, and how far it came.

Steps and sightings leave no line in the journal: they are their own record, many a second. What they add up to (verified, repaired, stopped,
gone, in trouble) does.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from paraat.cloud.actions.tenants import move, waits
from paraat.cloud.drivers.base import Seen
from paraat.cloud.happening import tenant_changed
from paraat.cloud.models import Step, Tenant, TenantService
from paraat.cloud.rules import life
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, keys, moment
from paraat.platform.actions import action, record

BACKUP_KEY = "BACKUP_KEY"
"""The secret of a tenant's own repository; no service is told it."""
OPEN = (Step.State.WAITING, Step.State.RUNNING)
"""Steps of a run that goes on, or that was cut short."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step that changed: its deed and name, its state now, when, and what there is to say."""

    deed: str
    name: str
    state: str
    at: datetime
    detail: str = ""


@action
def begin_run(*, tenant: Tenant, steps: Sequence[tuple[str, str]]) -> int:
    """Write down the steps that lie ahead, as (deed, name); gives the number of the run. An earlier run that was cut short is ended as failed."""
    end_cut(tenant=tenant)
    run = (tenant.steps.aggregate(last=Max("run"))["last"] or 0) + 1
    Step.objects.bulk_create(
        Step(tenant=tenant, run=run, deed=deed, name=name, order=place) for place, (deed, name) in enumerate(steps)
    )
    tenant_changed(tenant.pk, tenant.organisation_id)
    return run


@action
def end_cut(*, tenant: Tenant) -> None:
    """End, as failed, the steps of a run that was cut short: the process that did it died. For who has the tenant alone."""
    cut = tenant.steps.filter(state__in=OPEN)
    if cut.update(state=Step.State.FAILED, ended_at=moment.now(), detail="The process that did it ended; begun anew"):
        tenant_changed(tenant.pk, tenant.organisation_id)


@action
def note_steps(*, tenant: Tenant, run: int, changes: Iterable[Change]) -> None:
    """Write down steps that began or ended, in one transaction, and tell open pages once."""
    rows = {(step.deed, step.name): step for step in tenant.steps.filter(run=run)}
    for change in changes:
        step = rows[(change.deed, change.name)]
        step.state, step.detail = change.state, change.detail or step.detail
        if change.state != Step.State.RUNNING:
            step.ended_at = change.at
        step.began_at = step.began_at or change.at
    Step.objects.bulk_update(rows.values(), ["state", "detail", "began_at", "ended_at"])
    tenant_changed(tenant.pk, tenant.organisation_id)


@action
def note_seen(*, tenant: Tenant, seen: Iterable[Seen]) -> bool:
    """Write down how the engine has its services now; whether anything differs from before. Nothing is written when nothing differs."""
    before = {row.service: row for row in tenant.seen.all()}
    now, changed = moment.now(), False
    for one in seen:
        row = before.pop(one.service, None) or TenantService(tenant=tenant, service=one.service)
        values = {
            "health": str(one.health),
            "revision": one.revision,
            "restarts": one.restarts,
            "error": one.error[:4000],
        }
        if row.pk and all(getattr(row, name) == value for name, value in values.items()):
            continue
        for name, value in values.items():
            setattr(row, name, value)
        row.seen_at, changed = now, True
        row.save()
    gone = [row.pk for row in before.values() if row.health != "absent"]
    changed |= TenantService.objects.filter(pk__in=gone).update(health="absent", seen_at=now) > 0
    if changed:
        tenant_changed(tenant.pk, tenant.organisation_id)
    return changed


@action
def note_proven(*, tenant: Tenant, service: str, proven: Sequence[str], real: bool = True) -> None:
    """A real client found the service at work; `real` False: the engine runs nothing, so nothing was proven."""
    at = moment.now() if real else None
    row, made = TenantService.objects.get_or_create(
        tenant=tenant, service=service, defaults={"proven": list(proven), "verified_at": at}
    )
    if not made:
        TenantService.objects.filter(pk=row.pk).update(proven=list(proven), verified_at=at, error="")


@action
def complete_secrets(*, tenant: Tenant, names: Iterable[str]) -> dict[str, str]:
    """The tenant's secrets, with those made at random that it did not have; sealed. What was made once stays."""
    row: Tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
    known: dict[str, str] = json.loads(keys.unseal(bytes(row.secrets))) if row.secrets else {}
    missing = [name for name in (*names, BACKUP_KEY) if name not in known]
    if missing:
        known |= {name: secrets.token_hex(24) for name in missing}
        Tenant.objects.filter(pk=row.pk).update(secrets=keys.seal(json.dumps(known)))
        record("tenant.secrets", by=SYSTEM, on=row, organisation=row.organisation_id, detail={"made": sorted(missing)})
    return known


@action
def keep_values(*, tenant: Tenant, values: Mapping[str, Any]) -> None:
    """Keep the prepared values as they are when it starts; what was kept before stays."""
    if Tenant.objects.filter(pk=tenant.pk, values={}).update(values=values) == 1:
        tenant.values = dict(values)


# How far it came ------------------------------------------------------------------------------------------------------------------
@action
def say_healthy(*, tenant: Tenant) -> None:
    """All services answer their probes, for the first time since the start."""
    Tenant.objects.filter(pk=tenant.pk).update(healthy_at=moment.now())


@action
def say_started(*, tenant: Tenant, services: Iterable[str] = ()) -> None:
    """The engine takes the tenant up: its clock runs from the first start. What clients proved of these services holds no longer."""
    tenant.seen.filter(service__in=list(services)).update(verified_at=None, proven=[])
    Tenant.objects.filter(pk=tenant.pk, started_at=None).update(started_at=moment.now())


@action
def say_verified(
    *,
    tenant: Tenant,
    seconds: float,
    run: int = 0,
    changes: Iterable[Change] = (),
    why: Mapping[str, str] | None = None,
) -> None:
    """Real clients found every service at work: as far as people had come with it before.

    The last `changes` of a `run` are written with it, so that a process killed then leaves both or neither. `why`: service -> what was wrong.
    """
    if run:
        note_steps(tenant=tenant, run=run, changes=changes)
    now = moment.now()
    _settle(tenant, verified_at=now)
    if life.may("verified", tenant.state):
        reached = life.reached(restored=bool(tenant.restored_at), handed_over=bool(tenant.handed_over_at))
        move(tenant, "verified", reached)
        _say("tenant.verified", tenant, seconds=round(seconds, 2))
    else:
        _say("tenant.repaired", tenant, seconds=round(seconds, 2), why=dict(why or {}))


@action
def say_queued(*, tenant: Tenant, because: str) -> None:
    """There is no room for it now; it starts when there is."""
    move(tenant, "queue", Tenant.State.QUEUED, trouble=because)
    _say("tenant.queued", tenant, because=because)


@action
def say_room(*, tenant: Tenant) -> None:
    """There is room for it now."""
    move(tenant, "room", Tenant.State.STARTING, trouble="")
    _say("tenant.room", tenant)


@action
def say_stopped(*, tenant: Tenant) -> None:
    """Nothing of it runs any more; everything is kept."""
    now = moment.now()
    move(tenant, "stopped", Tenant.State.STOPPED, stopped_at=now, trouble="")
    tenant.seen.update(health="absent", seen_at=now, verified_at=None)
    _say("tenant.stopped", tenant)


@action
def say_gone(*, tenant: Tenant, proof: Mapping[str, Any]) -> None:
    """The engine was looked through and nothing of it was found. Its secrets and the people on its call list go.

    With a repository of its own that is kept, that one's key stays; a drill only borrowed a key.
    """
    now = moment.now()
    kept = b""
    if tenant.keep_backups and tenant.secrets and tenant.kind != Tenant.Kind.DRILL:
        known = json.loads(keys.unseal(bytes(tenant.secrets)))
        kept = keys.seal(json.dumps({name: value for name, value in known.items() if name == BACKUP_KEY}))
    values = {name: value for name, value in tenant.values.items() if name not in {"accounts", "calls"}}
    move(tenant, "destroyed", Tenant.State.DESTROYED, destroyed_at=now, proof=dict(proof), secrets=kept, values=values,
         trouble="")  # fmt: skip
    tenant.seen.update(health="absent", seen_at=now, verified_at=None)
    _say("tenant.destroyed", tenant, **proof)


@action
def say_trouble(*, tenant: Tenant, text: str) -> None:
    """What keeps it from what is wanted, in words; somebody gets it as a task. The same words again are told once."""
    if Tenant.objects.filter(pk=tenant.pk).exclude(trouble=text).update(trouble=text) != 1:
        return
    tenant.trouble = text
    _say("tenant.trouble", tenant, text=text)
    if tenant.kind == Tenant.Kind.EMERGENCY:
        facts.announce(waits(tenant, "trouble", "has trouble in the emergency cloud"))


@action
def say_well(*, tenant: Tenant) -> None:
    """Whatever kept it is over."""
    if tenant.trouble:
        _settle(tenant)


@action
def say_full(*, tenant: Tenant, full: bool, bytes_used: int) -> None:
    """Its volumes hold more than its budget, or do so no longer; told once each time."""
    if Tenant.objects.filter(pk=tenant.pk, over_disk=not full).update(over_disk=full) != 1:
        return
    _say("tenant.disk_full" if full else "tenant.disk_well", tenant, bytes=bytes_used, budget_gb=tenant.disk_gb)
    if full:
        facts.announce(waits(tenant, "disk", "holds more in the emergency cloud than its budget"))
    else:
        facts.announce(facts.Settled(f"cloud-disk:{tenant.pk}"))


@action
def ask_to_decide(*, now: datetime) -> int:
    """Have somebody decide about every tenant whose time has passed, once each: nothing is destroyed by itself. How many."""
    due = Tenant.objects.alive().filter(until__lte=now, until_told_at=None).exclude(wanted=Tenant.Wanted.GONE)
    told = 0
    for tenant in due.select_related("organisation")[:200]:
        if due.filter(pk=tenant.pk, until=F("until")).update(until_told_at=now) == 1:
            _say("tenant.due", tenant, until=tenant.until)
            facts.announce(waits(tenant, "until", "has come to the end of its emergency cloud: extend or wind down"))
            told += 1
    return told


def _settle(tenant: Tenant, **fields: Any) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(trouble="", **fields)
    tenant.refresh_from_db()
    facts.announce(facts.Settled(f"cloud-trouble:{tenant.pk}"))


def _say(verb: str, tenant: Tenant, **detail: Any) -> None:
    record(verb, by=SYSTEM, on=tenant, organisation=tenant.organisation_id, detail=detail)
