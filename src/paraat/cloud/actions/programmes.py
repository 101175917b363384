"""The programme: its envelope, what a tenant gets by default, and what a commitment takes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from paraat.cloud import configuration
from paraat.cloud.models import Programme, Tenant
from paraat.cloud.rules.envelope import Commitment, Envelope, envelope
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record

_LOCK = 0x50434C50
"""The advisory lock of whoever makes the first programme (`PCLP`)."""
DEFAULTS = ("default_memory_mb", "default_cpu_millis", "default_disk_gb", "default_cents_per_day", "default_days")
CHANGEABLE = ("name", "envelope_cents", "begins_on", "ends_on", *DEFAULTS)


@action
def make_programme(*, name: str, envelope_cents: int, begins_on: date, by: Actor, **more: Any) -> Programme:
    """A new programme. Invalid without a name, below nothing, or when it ends before it begins."""
    made = Programme(name=name.strip()[:200], envelope_cents=envelope_cents, begins_on=begins_on, **_known(more))
    _demand(made)
    made.save(force_insert=True)
    record("programme.made", by=by, on=made, detail={"name": made.name, "envelope_cents": envelope_cents})
    return made


@action
def change_programme(*, programme: Programme, by: Actor, **fields: Any) -> Programme:
    """Other words, money or defaults; what was committed before stays. Invalid as `make_programme`."""
    row: Programme = Programme.objects.select_for_update().get(pk=programme.pk)
    before = {name: getattr(row, name) for name in _known(fields)}
    for name, value in _known(fields).items():
        setattr(row, name, value)
    _demand(row)
    row.save()
    changed = {name: [str(old), str(getattr(row, name))] for name, old in before.items() if old != getattr(row, name)}
    record("programme.changed", by=by, on=row, detail=changed)
    return row


@action
def current_programme(*, on: date | None = None) -> Programme:
    """The programme of a day (None: today), the latest begun; when there is none, the year's is made with PARAAT_CLOUD_ENVELOPE.

    Locked until the transaction ends: two commitments at once follow each other, and only one takes the last euro.
    """
    day = on or moment.today()
    if (found := _of(day)) is not None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK]
        )  # there is no row to lock: two would make one each
    if (found := _of(day)) is not None:
        return found
    cents = configuration.ENVELOPE.get() * 100
    return make_programme(name=f"{day.year}", envelope_cents=cents, begins_on=date(day.year, 1, 1), by=SYSTEM)


def _of(day: date) -> Programme | None:
    found = Programme.objects.select_for_update().filter(begins_on__lte=day).exclude(ends_on__lt=day)
    first: Programme | None = found.order_by("-begins_on", "-pk").first()
    return first


def envelope_of(programme: Programme) -> Envelope:
    """What the programme has and has committed to real tenants that were approved."""
    rows = Tenant.objects.filter(programme=programme, exercise=False, approved_at__isnull=False, until__isnull=False)
    given = rows.exclude(state=Tenant.State.REFUSED).values_list(
        "cents_per_day", "approved_at", "until", "destroyed_at"
    )
    return envelope(programme.envelope_cents, (Commitment(*one) for one in given))


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - set(CHANGEABLE):
        raise Invalid("A programme has no such field", field=", ".join(sorted(unknown)))
    return fields


def _demand(one: Programme) -> None:
    if not one.name.strip():
        raise Invalid("Write what the programme is called", field="name")
    if one.envelope_cents < 0:
        raise Invalid("This cannot be below zero", field="envelope_cents")
    if one.ends_on is not None and one.ends_on < one.begins_on:
        raise Invalid("It ends before it begins", field="ends_on")
    if min(one.default_memory_mb, one.default_cpu_millis, one.default_disk_gb, one.default_days) < 1:
        raise Conflict("A tenant needs memory, processor, disk and at least one day")
