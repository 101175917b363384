"""Brings a tenant to what people want of it, from whatever state rows and engine are in.

One process at a time works on a tenant (`alone`). It asks the driver for states, never for steps that must not be repeated, so a process that is
killed at any instant leaves nothing that the next one does not finish. Threads speak to the engine and to services; rows are written by the one
thread that coordinates, so no thread needs a connection of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

from paraat.cloud import catalog, drivers, preparing
from paraat.cloud.actions import progress
from paraat.cloud.drivers.base import Driver, EngineFailed
from paraat.cloud.ending import end_tenant, wind_down
from paraat.cloud.models import Tenant
from paraat.cloud.starting import Starting
from paraat.kernel.errors import Conflict, ParaatError

_LOCK = 0x50434C44
"""The first half of our advisory locks (`PCLD`), so that they meet nobody else's."""

OnStep = Callable[[progress.Change], None]


@contextmanager
def alone(tenant_id: UUID, *, patience: float = 600.0) -> Iterator[None]:
    """Be the only one, of all processes, who works on this tenant; may be taken again by who has it. Conflict after `patience` seconds."""
    key = int.from_bytes(tenant_id.bytes[-4:], "big", signed=True)
    deadline = time.monotonic() + patience
    while not _locked("pg_try_advisory_lock", key):
        if time.monotonic() >= deadline:
            raise Conflict("Somebody else works on this tenant now")
        time.sleep(0.03)
    try:
        yield
    finally:
        _locked("pg_advisory_unlock", key)


def _locked(function: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, key])
        return bool(cursor.fetchone()[0])


def bring(tenant_id: UUID, on_step: OnStep | None = None, *, patience: float = 600.0) -> Tenant:
    """Bring the tenant to what is wanted of it, and give it as it is then. `on_step` is told every step as it is written down.

    What cannot be done stands in `trouble`, for people, and is raised: EngineFailed, NotVerified, or Conflict when another process works on it
    for longer than `patience` seconds.
    """
    with alone(tenant_id, patience=patience):
        tenant: Tenant = Tenant.objects.select_related("organisation").get(pk=tenant_id)
        try:
            _bring(tenant, drivers.named(tenant.driver), on_step or _nobody)
        except ParaatError as error:
            progress.say_trouble(tenant=tenant, text=str(error))
            raise
        tenant.refresh_from_db()
        return tenant


def _bring(tenant: Tenant, driver: Driver, on_step: OnStep) -> None:
    """One wish, one way. The wish may change meanwhile: then it is looked at again."""
    wanted = tenant.wanted
    if wanted == Tenant.Wanted.RUNNING:
        run(tenant, driver, on_step)
    elif wanted == Tenant.Wanted.STOPPED and tenant.state != Tenant.State.STOPPED:
        wind_down(tenant, driver, on_step)
    elif wanted == Tenant.Wanted.GONE and tenant.state == Tenant.State.DESTROYING:
        end_tenant(tenant, driver, on_step)
    tenant.refresh_from_db()
    if tenant.wanted != wanted:
        _bring(tenant, driver, on_step)


def run(tenant: Tenant, driver: Driver, on_step: OnStep) -> None:
    """Have it run, every service proven by its client; what runs already as it should is left alone."""
    if tenant.state in {Tenant.State.STOPPED, Tenant.State.EXPORTED}:
        return
    if not _has_room(tenant):
        return
    complete(tenant)
    demand(tenant, driver)
    starting = Starting(tenant, driver, on_step)
    if not starting.needed():
        progress.end_cut(tenant=tenant)
        progress.say_well(tenant=tenant)
        return
    starting.run()


def complete(tenant: Tenant) -> None:
    """Have its secrets made, once, and its prepared values kept as they are at its first start."""
    progress.complete_secrets(tenant=tenant, names=catalog.secrets_of(tenant.services))
    if not tenant.values:
        progress.keep_values(tenant=tenant, values=preparing.gathered(tenant))
    tenant.refresh_from_db()


def demand(tenant: Tenant, driver: Driver) -> None:
    """EngineFailed with what to install, or that images must be built, before anything is begun."""
    if lacks := driver.lacks():
        raise EngineFailed("Nothing can be started: " + " ".join(lacks))
    absent = driver.absent(images(tenant))
    if absent:
        raise EngineFailed(f"Images are missing ({', '.join(sorted(absent))}): run `paraat cloud build`")


def images(tenant: Tenant) -> set[str]:
    """The references of all images that the tenant's manifests name."""
    found: set[str] = set()
    for part in preparing.workload(tenant).parts:
        for manifest in part.manifests:
            found |= set(images_in(manifest))
    return found


def images_in(value: object) -> Iterator[str]:
    """Every image that a manifest, or a part of one, names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "image" and isinstance(inner, str):
                yield inner
            else:
                yield from images_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from images_in(inner)


def _has_room(tenant: Tenant) -> bool:
    """Whether there is room for one that does not run yet; it waits for it in the queue otherwise."""
    if tenant.state not in {Tenant.State.STARTING, Tenant.State.QUEUED} or tenant.started_at is not None:
        return True
    from paraat.cloud import room  # the figures of all tenants: only a new one needs them

    free = room.has_room_for(tenant)
    if not free and tenant.state == Tenant.State.STARTING:
        progress.say_queued(tenant=tenant, because="There is no room for it now; it starts when there is")
    elif free and tenant.state == Tenant.State.QUEUED:
        progress.say_room(tenant=tenant)
    return free


def _nobody(change: progress.Change) -> None:
    """Nobody looks on."""
