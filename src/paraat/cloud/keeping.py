"""Makes backups of a tenant: its services prepare (dump), restic keeps every volume, and what was kept is written down file by file.

A backup is whole when its manifest `paraat.json` is in the repository: written last, it names the snapshot, the SHA-256 of every file in it, and all
that an empty host needs to know of the tenant. It is as secret as the data: the repository encrypts both.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

import paraat
from paraat.cloud import catalog, configuration, drivers, preparing, repositories, sums
from paraat.cloud.access import Access
from paraat.cloud.actions import backups
from paraat.cloud.actions.progress import BACKUP_KEY
from paraat.cloud.drivers.base import Driver, Health
from paraat.cloud.models import Backup, Tenant
from paraat.cloud.models import Repository as Repositories
from paraat.cloud.repositories import Damaged, Kept, NoRepository, Repository
from paraat.cloud.sums import Sum, Sums
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform import keys

MANIFEST = "paraat.json"
DATA, OF_MANIFESTS = "data", "manifest"
FORMAT = 1
_MOMENT = re.compile(r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.(?P<part>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d)")
_LOCK = 0x50434C46
"""The advisory locks of whoever moves a tenant's data. Another than `bringing.alone`: a long backup keeps nobody from repairing a service."""


@contextmanager
def still(tenant_id: UUID, *, patience: float = 0.0) -> Iterator[None]:
    """Be the only one, of all processes, who copies or replaces this tenant's data. Conflict after `patience` seconds."""
    key = int.from_bytes(tenant_id.bytes[-4:], "big", signed=True)
    deadline = time.monotonic() + patience
    while not _locked("pg_try_advisory_lock", key):
        if time.monotonic() >= deadline:
            raise Conflict("A backup or a restore of this tenant runs now")
        time.sleep(0.05)
    try:
        yield
    finally:
        _locked("pg_advisory_unlock", key)


def _locked(function: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, key])
        return bool(cursor.fetchone()[0])


# A backup -------------------------------------------------------------------------------------------------------------------------
def back_up_now(*, tenant: Tenant, by: Actor, because: str, progress: repositories.Progress | None = None) -> Backup:
    """Ask for a backup and make it in this process. Raises what kept it from being made. One whose process died is made first."""
    for dead in Backup.objects.filter(tenant=tenant, state=Backup.State.RUNNING):
        run_backup(dead.pk)
    return run_backup(backups.back_up(tenant=tenant, by=by, because=because, enqueue=False).pk, progress)


def run_backup(backup_id: UUID, progress: repositories.Progress | None = None) -> Backup:
    """Make a backup that was asked for; does nothing when it is over. What fails stands in its row and is raised."""
    backup = Backup.objects.select_related("tenant__organisation").get(pk=backup_id)
    with still(backup.tenant_id):
        if not backups.begin_backup(backup=backup):
            return backup
        try:
            kept = _keep(backup, progress)
        except (ParaatError, OSError) as error:
            backups.end_backup(backup=backup, error=str(error))
            raise
        backups.end_backup(backup=backup, **kept)
    return backup


def _keep(backup: Backup, progress: repositories.Progress | None) -> dict[str, Any]:
    """What the row says of it."""
    tenant = backup.tenant
    driver = drivers.named(tenant.driver)
    repository = repository_of(tenant)
    prepare_services(tenant, driver)
    with ExitStack() as stack:
        folders = {name: stack.enter_context(driver.volume(tenant.name, name)) for name in volumes_of(tenant, driver)}
        ground = ground_of(folders.values())
        places = {name: os.path.relpath(folder, ground) for name, folder in folders.items()}
        walk = _Walk(repository, tenant, ground, places, progress, driver.live)
        snapshot, found = walk.twice()
    digest = sums.digest(flat(found))
    many, size = _totals(found)
    said = {
        "id": str(backup.pk),
        "snapshot": snapshot,
        "began_at": backup.began_at.isoformat(),
        "bytes": size,
        "files": many,
        "digest": digest,
    }
    content = json.dumps(manifest(tenant, said, places, found)).encode()
    saved = repository.keep(MANIFEST, content, host=tenant.number, tags=[OF_MANIFESTS])
    return {"snapshot": snapshot, "manifest": saved, "bytes": size, "files": many, "digest": digest}


def _totals(found: Mapping[str, Sums]) -> tuple[int, int]:
    every = [one for part in found.values() for one in part.values()]
    return len(every), sum(one.size for one in every)


@dataclass(slots=True)
class _Walk:
    """restic's walk through the volumes, while people go on working in them."""

    repository: Repository
    tenant: Tenant
    ground: Path
    places: Mapping[str, str]
    progress: repositories.Progress | None
    live: bool  # whether the tenant writes in these very folders
    before: dict[str, Sums] = field(default_factory=dict)

    def twice(self) -> tuple[str, dict[str, Sums]]:
        """Keep the volumes, once more when a file was met under none of its names, as one that moves meanwhile. The snapshot and its sums."""
        first, found, missed = self._once()
        if not missed:
            return first, found
        again, found, _deleted = self._once()
        self.repository.drop([first], room=False)
        return again, found

    def _once(self) -> tuple[str, dict[str, Sums], bool]:
        """One walk: its snapshot, what is in it, and whether it missed anything that was there when it began."""
        self.before = {
            name: sums.of_folder(self.ground / place, self.before.get(name)) for name, place in self.places.items()
        }
        kept = self._kept()
        snapshot, nodes = self.repository.listing(kept.snapshot)
        found = {
            name: _as_kept(self.repository, snapshot, nodes, place, self.before[name])
            for name, place in self.places.items()
        }
        return snapshot, found, kept.gone > 0 or any(sums.lost(self.before[name], found[name]) for name in found)

    def _kept(self) -> Kept:
        """A repository that is not there yet is made."""
        try:
            return self._backup()
        except NoRepository:
            self.repository.init()
            return self._backup()

    def _backup(self) -> Kept:
        return self.repository.backup(
            self.ground,
            self.places.values(),
            host=self.tenant.number,
            tags=[DATA],
            progress=self.progress,
            live=self.live,
        )


def _as_kept(repository: Repository, snapshot: str, nodes: list[dict[str, Any]], place: str, before: Sums) -> Sums:
    """The sums of what is in the snapshot. A file that changed between being hashed and being kept is hashed from the snapshot itself."""
    kept: Sums = {}
    for node in nodes:
        path = str(node["path"]).strip("/")
        if node["type"] not in {"file", "symlink"} or not path.startswith(f"{place}/"):
            continue
        name = path[len(place) + 1 :]
        known, size = before.get(name), int(node.get("size", 0))
        if known and (
            node["type"] == "symlink" or (known.size == size and known.changed == _nanoseconds(node["mtime"]))
        ):
            kept[name] = known
        elif node["type"] == "file":
            kept[name] = Sum(sums.of_bytes(repository.dump(snapshot, f"/{path}")), size)
    return kept


def _nanoseconds(text: str) -> int:
    """restic's moment (`2026-11-22T04:41:53.221030372Z`, or with an offset, with up to nine digits) as nanoseconds since 1970."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return -1
    at = datetime.fromisoformat(found["whole"] + ("+00:00" if found["zone"] == "Z" else found["zone"]))
    return int(at.timestamp()) * 1_000_000_000 + int((found["part"] or "").ljust(9, "0"))


def prepare_services(tenant: Tenant, driver: Driver) -> None:
    """Have every healthy service that has a hook write a consistent copy of what it holds open. Raises what a service says."""
    healthy = {one.service for one in driver.observe(tenant.name) if one.health == Health.HEALTHY}
    access = Access(preparing.prepared(tenant), driver)
    for name in tenant.services:
        hook = getattr(catalog.hooks(name), "before_backup", None)
        if hook and name in healthy:
            hook(access)


def manifest(
    tenant: Tenant, said: Mapping[str, Any], places: Mapping[str, str], found: Mapping[str, Sums]
) -> dict[str, Any]:
    """All that a host that never heard of the tenant needs to bring it back."""
    organisation = tenant.organisation
    return {
        "format": FORMAT,
        "paraat": paraat.__version__,
        "backup": dict(said),
        "tenant": {
            "number": tenant.number,
            "name": tenant.name,
            "domain": tenant.domain,
            "kind": tenant.kind,
            "exercise": tenant.exercise,
            "services": list(tenant.services),
            "values": tenant.values,
            "secrets": {name: value for name, value in preparing.secrets(tenant).items() if name != BACKUP_KEY},
            "organisation": {"id": str(organisation.pk), "nis": organisation.nis, "name": organisation.name},
        },
        "volumes": {name: {"path": places[name], "files": sums.written(found[name])} for name in places},
    }


def read_manifest(repository: Repository, snapshot: str) -> dict[str, Any]:
    """The manifest of a backup. Damaged when it is not one."""
    try:
        found: dict[str, Any] = json.loads(repository.dump(snapshot, f"/{MANIFEST}"))
        if found["format"] != FORMAT:
            raise Damaged("The backup was made by another version of Paraat", format=found["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("The manifest of this backup cannot be read") from error
    return found


# Upkeep ---------------------------------------------------------------------------------------------------------------------------
def check(tenant: Tenant, *, read: str = "5%") -> None:
    """Have restic check the repository and read a share of its data; what it finds stands on the tenant's page, and is raised."""
    with still(tenant.pk, patience=60):
        try:
            repository_of(tenant).check(read=read)
        except ParaatError as error:
            backups.say_checked(tenant=tenant, error=str(error))
            raise
        backups.say_checked(tenant=tenant)


def forget(tenant: Tenant) -> int:
    """Forget what PARAAT_CLOUD_KEEP does not keep; how many backups went."""
    with still(tenant.pk, patience=60):
        repository = repository_of(tenant)
        left = repository.forget(DATA, configuration.KEEP.get())
        gone = backups.say_forgotten(tenant=tenant, left=left)
        if gone:
            repository.drop(gone)
        return len(gone)


def remove_repository(tenant: Tenant) -> None:
    """Have nothing left of the tenant's backups: the files on this host, else every snapshot; and then the key."""
    row = getattr(tenant, "repository", None)
    if row is None:
        return
    if Repositories.objects.filter(location=row.location).exclude(pk=row.pk).exists():
        raise Conflict("Another tenant reads from this repository; it stays", place=row.location)
    if repositories.is_here(row.location):
        shutil.rmtree(row.location, ignore_errors=True)
        if Path(row.location).exists():
            raise Damaged("The repository could not be removed", place=row.location)
    else:
        repository = repository_of(tenant)
        repository.drop([one["id"] for one in repository.snapshots()])
    backups.forget_repository(tenant=tenant)


# What others need -----------------------------------------------------------------------------------------------------------------
def repository_of(tenant: Tenant) -> Repository:
    """Its repository, opened."""
    row = backups.open_repository(tenant=tenant)
    return Repository(row.location, keys.unseal(bytes(row.key)))


def volumes_of(tenant: Tenant, driver: Driver) -> list[str]:
    """The volumes that a backup holds and the engine has, by the catalog."""
    there = set(driver.volumes(tenant.name))
    wanted = {volume for name in tenant.services for volume in catalog.service(name).volumes}
    return sorted(wanted & there)


def ground_of(folders: Any) -> Path:
    """The folder that holds these volumes: backups are kept by paths relative to it."""
    found = [str(Path(one).parent) for one in folders]
    if not found:
        raise Conflict("This tenant has no volumes to keep")
    return Path(os.path.commonpath(found))


def flat(found: Mapping[str, Sums]) -> Sums:
    """The sums of all volumes as one."""
    return {f"{name}/{path}": one for name, part in found.items() for path, one in part.items()}
