"""A drill: the same code as a real recovery, in a throw-away tenant. What it proves and what not is decision 0031.

With a backup of the organisation's emergency cloud that one is restored; else sample data are made in the throw-away tenant, kept, and everything
of it is lost. Then the clock of the RTO starts: services start in an empty store and are proven (healthy), the data come back and are compared
(restored), and real clients find every service at work on them (verified). Afterwards nothing is left of it, which is looked for.
"""

from __future__ import annotations

import os
import random
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from paraat.cloud import adopting, bringing, drivers, keeping, preparing, restoring
from paraat.cloud.actions import drills, tenants
from paraat.cloud.actions.progress import Change
from paraat.cloud.drivers.base import Driver, EngineFailed
from paraat.cloud.models import Backup, Drill, Step, Tenant
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import ParaatError
from paraat.platform import moment
from paraat.registry.models import Organisation

SAMPLE = 20_000_000
"""Bytes of sample data, when there is no backup to restore: enough to measure a speed by."""


class NotProven(ParaatError):
    """The drill did not prove what it is for."""


def drill_now(*, organisation: Organisation, by: Actor, because: str, sample: int = SAMPLE, **more: Any) -> Drill:
    """Ask for a drill and do it in this process. A drill that fails is a result: it is returned, and says why."""
    asked: Drill = drills.drill(organisation=organisation, by=by, because=because, enqueue=False, **more)
    return run_drill(asked.pk, sample=sample)


def run_drill(drill_id: UUID, *, sample: int = SAMPLE) -> Drill:
    """Do a drill that was asked for; does nothing when it is over. Whatever happens, its tenant is destroyed afterwards."""
    drill: Drill = Drill.objects.select_related("organisation", "tenant").get(pk=drill_id)
    with keeping.still(drill.pk):
        if drills.begin_drill(drill=drill):
            try:
                _do(drill, sample)
            except (ParaatError, OSError) as error:
                drills.end_drill(drill=drill, error=str(error))
            else:
                drills.end_drill(drill=drill)
        _clear(drill)
    return drill


def _do(drill: Drill, sample: int) -> None:
    """From the request to the proof."""
    source = drills.newest_backup(drill.organisation, exercise=drill.exercise)
    kept = _borrowed(drill, source) if source else _sampled(drill, sample)
    assert drill.tenant is not None  # noqa: S101  # both made it
    bringing.bring(drill.tenant.pk, lambda change: _started(drill, change))
    drills.note(drill=drill, healthy_at=moment.now())
    restored = restoring.restore_now(tenant=drill.tenant, backup=kept, by=SYSTEM, because=f"drill {drill.number}")
    placed = Step.objects.filter(tenant=drill.tenant, deed="restore", name=restoring.PLACED).latest("ended_at")
    drills.note(
        drill=drill, restored_at=placed.ended_at, bytes=restored.bytes, files=restored.files, same=restored.same
    )
    _prove(drill, drill.tenant)


def _started(drill: Drill, change: Change) -> None:
    """The engine took it up."""
    if drill.started_at is None and (change.deed, change.name) == ("start", "network"):
        drills.note(drill=drill, started_at=change.at)


def _prove(drill: Drill, tenant: Tenant) -> None:
    """Every service was tried by its client after the restore, and every hash is the same. NotProven otherwise."""
    drills.note(drill=drill, proven={row.service: row.proven for row in tenant.seen.order_by("pk")})
    tenant.refresh_from_db()
    tried = {row.service: row.verified_at for row in tenant.seen.all()}
    silent = [service for service in tenant.services if tried.get(service) is None]
    if silent:
        raise NotProven("The data are back and the same, but no client proved these services", services=silent)
    if drill.same is not True:
        raise NotProven("What came back is not the same")
    drills.note(drill=drill, verified_at=max(at for at in tried.values() if at))


# What is lost ---------------------------------------------------------------------------------------------------------------------
def _borrowed(drill: Drill, source: Backup) -> Backup:
    """A throw-away tenant that reads the repository of the real one: its store is empty from the start."""
    repository = keeping.repository_of(source.tenant)
    found = keeping.read_manifest(repository, source.manifest)
    drills.note(drill=drill, backup=source, services=found["tenant"]["services"], requested_at=moment.now())
    tenant = _tenant(drill)
    return adopting.dress(tenant, repository, source.manifest, found)


def _sampled(drill: Drill, size: int) -> Backup:
    """A throw-away tenant with sample data, kept; and then everything of it lost. The clock starts at the loss."""
    tenant = bringing.bring(_tenant(drill).pk)
    driver = drivers.named(tenant.driver)
    fill(tenant, driver, size)
    kept = keeping.back_up_now(tenant=tenant, by=SYSTEM, because=f"drill {drill.number}")
    with bringing.alone(tenant.pk):
        driver.remove(tenant.name)
        if left := driver.leftovers(tenant.name):
            raise EngineFailed("Not everything of the tenant is gone: " + ", ".join(left))
        tenants.verify_tenant(tenant=tenant, by=SYSTEM, enqueue=False)  # what was proven is no longer
    now = moment.now()
    drills.note(drill=drill, sample=True, lost_at=now, requested_at=now, started_at=None)
    return kept


def _tenant(drill: Drill) -> Tenant:
    """The throw-away tenant: asked for, approved and to be started, as any other."""
    tenant = tenants.start_now(
        organisation=drill.organisation,
        services=drill.services,
        consent="",
        by=SYSTEM,
        kind=Tenant.Kind.DRILL,
        exercise=drill.exercise,
        enqueue=False,
    )
    drills.note(drill=drill, tenant=tenant)
    return tenant


def fill(tenant: Tenant, driver: Driver, size: int) -> None:
    """Sample data where they have a known form: messages of a maildir, and files of many sizes. Nobody is in them."""
    names = keeping.volumes_of(tenant, driver)
    account = next((one.login for one in preparing.prepared(tenant).accounts), "crisis")
    mail = [name for name in names if name.startswith("mail")]
    others = [name for name in names if name.startswith("files")] or [name for name in names if name not in mail][:1]
    for name in mail:
        with driver.volume(tenant.name, name, write=True) as folder:
            _messages(folder / account / "Maildir", size // 4)
    for name in others:
        with driver.volume(tenant.name, name, write=True) as folder:
            _files(folder / "sample", size * 3 // 4 if mail else size)


def _messages(maildir: Path, size: int) -> None:
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True, exist_ok=True)
    chance, written, number = random.Random(1), 0, 0  # noqa: S311  # sample data
    while written < size:
        number += 1
        message = EmailMessage()
        message["From"], message["To"] = "sample@example.invalid", "crisis@example.invalid"
        message["Subject"], message["Message-ID"] = f"Sample {number}", f"<{number}@sample.invalid>"
        message.set_content(f"Sample message {number} of a drill.\n" * 20)
        if number % 10 == 0:
            raw = chance.randbytes(chance.randint(10_000, 2_000_000))
            message.add_attachment(raw, maintype="application", subtype="octet-stream", filename="sample.bin")
        content = message.as_bytes()
        (maildir / "cur" / f"{1_700_000_000 + number}.M{number}P1.sample:2,S").write_bytes(content)
        written += len(content)
    _as_owner_of(maildir.parent.parent, maildir.parent)


def _files(folder: Path, size: int) -> None:
    chance, written, number = random.Random(2), 0, 0  # noqa: S311  # sample data
    while written < size:
        number += 1
        place = folder / f"{number % 50:02d}" / f"sample {number}.bin"
        place.parent.mkdir(parents=True, exist_ok=True)
        content = chance.randbytes(min(chance.choice((2_000, 40_000, 400_000, 8_000_000)), size - written or 1))
        place.write_bytes(content)
        written += len(content)
    _as_owner_of(folder.parent, folder)


def _as_owner_of(volume: Path, folder: Path) -> None:
    """What is written by this host belongs to whom the volume belongs: the service must be able to read it."""
    if os.geteuid():
        return
    known = volume.stat()
    owner = (known.st_uid or 10001, known.st_gid or 10001)
    for place in (folder, *folder.rglob("*")):
        os.chown(place, *owner)


# What is left ---------------------------------------------------------------------------------------------------------------------
def _clear(drill: Drill) -> None:
    """Destroy the throw-away tenant and look whether anything is left; the repository goes with it unless it is the real one's."""
    tenant = drill.tenant
    if tenant is None or drill.gone_at is not None:
        return
    tenant.refresh_from_db()
    try:
        if tenant.state not in {Tenant.State.DESTROYING, Tenant.State.DESTROYED}:
            borrowed = drill.backup_id is not None
            tenants.destroy_tenant(
                tenant=tenant, by=SYSTEM, because=f"drill {drill.number} is over", keep_backups=borrowed, enqueue=False
            )
        bringing.bring(tenant.pk)
        left = drivers.named(tenant.driver).leftovers(tenant.name)
    except ParaatError as error:
        left = (str(error),)
    drills.note_gone(drill=drill, left=left)
