"""Brings a tenant's data back from a backup: beside the volumes first, compared and scanned there, and only then in their place.

So a wrong key, a damaged repository or a full disk leaves the tenant as it was. A process that is killed leaves either the old volumes, or some that
are new; the row still says that it runs, and whoever takes it up begins anew, which ends in the same state. Nothing half done is called restored.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from paraat.cloud import bringing, catalog, drivers, keeping, preparing, scanning, sums, taking
from paraat.cloud.access import Access
from paraat.cloud.actions import backups, progress, tenants
from paraat.cloud.drivers.base import Driver, Health
from paraat.cloud.models import Backup, Restore, Tenant
from paraat.cloud.repositories import Damaged
from paraat.cloud.scanning import Scan
from paraat.cloud.starting import DONE, FAILED, RUNNING, Notebook
from paraat.cloud.sums import Sums
from paraat.feeds.models import Run
from paraat.incidents.models import Attachment
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform import files


@dataclass(frozen=True, slots=True)
class Came:
    """What came back."""

    bytes: int
    files: int
    scan: Scan


PLACED = "placed"
"""The last step of a restore: from its end on the data are back."""


class _Steps:
    """The steps of a restore as the tenant's page shows them, live."""

    def __init__(self, tenant: Tenant) -> None:
        names = ("written", "compared", "scanned", PLACED)
        run = progress.begin_run(tenant=tenant, steps=[("restore", name) for name in names])
        self.book = Notebook(tenant, run, lambda _change: None)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """One step, with its times; what goes wrong is written down and raised."""
        self._say(name, RUNNING)
        try:
            yield
        except (ParaatError, OSError) as error:
            self._say(name, FAILED, str(error))
            raise
        self._say(name, DONE)

    def _say(self, name: str, state: str, detail: str = "") -> None:
        self.book.note("restore", name, state, detail)
        self.book.write()


def restore_now(*, tenant: Tenant, backup: Backup, by: Actor, because: str, paths: tuple[str, ...] = ()) -> Restore:
    """Ask for a restore and do it in this process. Raises what kept it from being done. One whose process died is finished first."""
    for dead in Restore.objects.filter(tenant=tenant, state=Restore.State.RUNNING):
        run_restore(dead.pk)
    asked = backups.restore(tenant=tenant, backup=backup, by=by, because=because, paths=paths, enqueue=False)
    return run_restore(asked.pk)


def run_restore(restore_id: UUID) -> Restore:
    """Do a restore, or take an export in, that was asked for; does nothing when it is over. What fails stands in its row and is raised."""
    row = Restore.objects.select_related("tenant__organisation", "backup").get(pk=restore_id)
    with keeping.still(row.tenant_id), bringing.alone(row.tenant_id):
        if not backups.begin_restore(restore=row):
            _forget_file(row)
            return row
        try:
            came = _back(row) if row.kind == "backup" else taking.take(row)
        except (ParaatError, OSError) as error:
            backups.end_restore(restore=row, error=str(error))
            _forget_file(row)
            raise
        backups.end_restore(restore=row, **came)
        _forget_file(row)
    return row


def _back(row: Restore) -> dict[str, Any]:
    """Replace the data and have the services run again, proven by their clients; what the row says of it."""
    tenant, driver = row.tenant, drivers.named(row.tenant.driver)
    try:
        came = replace(tenant, driver, row)
    finally:  # also when nothing was replaced: the services go on with what they had
        run_again(tenant)
    after_restore(tenant, driver)
    result = came.scan
    return {
        "bytes": came.bytes,
        "files": came.files,
        "same": True,
        "scanned": result.result,
        "found": list(result.put_aside),
    }


def replace(tenant: Tenant, driver: Driver, row: Restore) -> Came:
    """Write, compare, scan, and put in place; services are stopped and stay so. Raises Damaged when what was written is not what was kept."""
    assert row.backup is not None  # noqa: S101  # its kind is backup
    repository = keeping.repository_of(tenant)
    kept = keeping.read_manifest(repository, row.backup.manifest)
    driver.prepare(preparing.workload(tenant))
    names = [name for name in keeping.volumes_of(tenant, driver) if name in kept["volumes"]]
    places = {name: str(kept["volumes"][name]["path"]) for name in names}
    wanted = {name: sums.read(kept["volumes"][name]["files"]) for name in names}
    if row.paths:
        wanted = {name: sums.below(part, _inside(name, row.paths)) for name, part in wanted.items()}
        if not any(wanted.values()):
            raise Invalid("The backup has nothing at these paths", field="paths")
    step = _Steps(tenant)
    with _stopping(tenant, driver, first=bool(row.paths)) as stopped, ExitStack() as stack:
        folders = {name: stack.enter_context(driver.volume(tenant.name, name, write=True)) for name in names}
        staged = stack.enter_context(_beside(folders, tenant))
        with step("written"):
            repository.restore(row.backup.snapshot, staged, paths=_included(row, places, wanted))
        with step("compared"):
            _demand_same(wanted, {name: sums.of_folder(staged / place) for name, place in places.items()})
        with step("scanned"):
            result = scanning.scan(staged, label=f"{tenant.number}/{row.pk}")
        with step(PLACED):
            stopped.result()
            for name, folder in folders.items():
                _put(staged / places[name], folder, whole=not row.paths)
    every = [one for part in wanted.values() for one in part.values()]
    return Came(sum(one.size for one in every), len(every), result)


def _included(row: Restore, places: Mapping[str, str], wanted: Mapping[str, Sums]) -> list[str]:
    """What restic is asked for: nothing more than what goes in."""
    if not row.paths:
        return []
    return [f"/{place}/{path}" for name, place in places.items() if wanted[name] for path in _inside(name, row.paths)]


def _inside(volume: str, paths: list[str]) -> list[str]:
    """The paths within one volume, of those given as `<volume>/<path>`; the volume's name alone stands for all of it."""
    return [
        "" if path == volume else path[len(volume) + 1 :]
        for path in paths
        if path == volume or path.startswith(f"{volume}/")
    ]


def _demand_same(wanted: Mapping[str, Sums], found: Mapping[str, Sums]) -> None:
    wrong = sums.differences(keeping.flat(wanted), keeping.flat(found), limit=5)
    if wrong:
        raise Damaged("What came back is not what was kept; nothing of the tenant was changed", files=wrong)


@contextmanager
def _stopping(tenant: Tenant, driver: Driver, *, first: bool) -> Iterator[Future[None]]:
    """Have its services stop while the data are being written beside their volumes; `first`: wait for it before anything is read."""
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(_stop, tenant.name, tuple(tenant.services), driver)
        if first:
            stopped.result()
        yield stopped


def _stop(tenant: str, services: tuple[str, ...], driver: Driver) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: driver.stop(tenant, name), reversed(services)))


@contextmanager
def _beside(folders: Mapping[str, Path], tenant: Tenant) -> Iterator[Path]:
    """An empty folder on the same disk as the volumes, so that what lies in it can be renamed into them; gone afterwards."""
    place = keeping.ground_of(folders.values()) / f".paraat-restore-{tenant.number}"
    shutil.rmtree(place, ignore_errors=True)  # of a process that was killed
    with files.room():
        place.mkdir(parents=True, mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put(staged: Path, volume: Path, *, whole: bool) -> None:
    """Move what lies beside a volume into it; `whole`: nothing of what was there stays."""
    if whole:
        for one in volume.iterdir():
            _remove(one)
    if staged.is_dir():
        with files.room():
            _merge(staged, volume)


def _merge(source: Path, target: Path) -> None:
    """Rename every file and every new folder of `source` into `target`; folders that are there already are gone into."""
    for one in source.iterdir():
        place = target / one.name
        if one.is_dir() and not one.is_symlink() and place.is_dir() and not place.is_symlink():
            _merge(one, place)
            continue
        if place.is_symlink() or place.exists():
            _remove(place)
        _rename(one, place)


def _rename(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:  # another disk: copied, with its owner
        shutil.move(source, target, copy_function=_copy)


def _copy(source: str, target: str) -> str:
    shutil.copy2(source, target, follow_symlinks=False)
    known = os.lstat(source)
    if not stat.S_ISLNK(known.st_mode):
        with contextlib.suppress(PermissionError):
            os.chown(target, known.st_uid, known.st_gid)
    return target


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def run_again(tenant: Tenant) -> None:
    """Have its services run and prove themselves anew, where people want it to run."""
    tenant.refresh_from_db()
    if tenant.wanted != Tenant.Wanted.RUNNING:
        return
    if tenant.verified_at is not None:
        tenants.verify_tenant(tenant=tenant, by=SYSTEM, enqueue=False)
    bringing.bring(tenant.pk)
    tenant.refresh_from_db()


def after_restore(tenant: Tenant, driver: Driver) -> None:
    """Have every healthy service that has a hook make use of what came back (indexes, dumps), and be proven again."""
    healthy = {one.service for one in driver.observe(tenant.name) if one.health == Health.HEALTHY}
    access, called = Access(preparing.prepared(tenant), driver), False
    for name in tenant.services:
        hook = getattr(catalog.hooks(name), "after_restore", None)
        if hook and name in healthy:
            hook(access)
            called = True
    if called:
        run_again(tenant)


def _forget_file(row: Restore) -> None:
    """The victim's export is in the tenant now, or was refused, and no longer here; the same content that came another way stays."""
    waits = Restore.objects.filter(file=row.file, state__in=backups.UNDERWAY).exists()
    other = Attachment.objects.filter(place=row.file).exists() or Run.objects.filter(path=row.file).exists()
    if row.file and not waits and not other:
        files.forget(row.file)
