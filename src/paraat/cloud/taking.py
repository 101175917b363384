"""Takes in what the victim exported elsewhere: scanned first, then handed to the service, which says what it took and what it put aside."""

from __future__ import annotations

import dataclasses
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paraat.cloud import catalog, configuration, drivers, preparing, scanning
from paraat.cloud.access import Access
from paraat.cloud.models import Restore
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import files

GB = 1_000_000_000


def take(row: Restore) -> dict[str, Any]:
    """Have the service take it in; what the row says of it. Conflict when the service does not run, Invalid for an export that it cannot read."""
    tenant, driver = row.tenant, drivers.named(row.tenant.driver)
    hook = getattr(catalog.hooks(row.service), "take_in", None)
    if hook is None:
        raise Invalid("This service does not take in such an export", service=row.service, kind=row.kind)
    if row.service not in {one.service for one in driver.observe(tenant.name)}:
        raise Conflict("The service does not run", service=row.service)
    with _named(row) as path:
        path, result = _scanned(row, path)
        access = Access(preparing.prepared(tenant), driver)
        said = hook(access, row.kind, path, row.account) if row.account else hook(access, row.kind, path)
    taken = counted(said)
    return {"taken": taken, "files": _number(taken), "scanned": result.result, "found": list(result.put_aside)}


def counted(said: Any) -> dict[str, Any]:
    """What a service's hook gave back, JSON-able: a dataclass, a mapping, or a number."""
    if dataclasses.is_dataclass(said) and not isinstance(said, type):
        return {
            name: value if isinstance(value, int | str) else str(value)
            for name, value in dataclasses.asdict(said).items()
        }
    if isinstance(said, dict):
        return {str(name): value if isinstance(value, int | str | list) else str(value) for name, value in said.items()}
    return {"taken": said} if isinstance(said, int) else {}


def _number(taken: dict[str, Any]) -> int:
    """The first count: what was taken."""
    return next((value for value in taken.values() if isinstance(value, int) and not isinstance(value, bool)), 0)


@contextmanager
def _named(row: Restore) -> Iterator[Path]:
    """The export under the name that it came with: services read from it whose it is."""
    base = configuration.place() / "taking"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=base) as folder:
        name = re.sub(r"[^\w.@+ -]", "_", Path(row.source).name).strip(". ") or f"export.{row.kind}"
        place = Path(folder) / name
        place.symlink_to(files.locate(row.file))
        yield place


def _scanned(row: Restore, path: Path) -> tuple[Path, scanning.Scan]:
    """The export to hand over. An archive is unpacked, so that what is infected is put aside alone; another file goes whole or not at all."""
    label = f"{row.tenant.number}/{row.pk}"
    if not scanning.scanner():
        return path, scanning.Scan(scanning.NOT_SCANNED)
    folder = path.parent / "unpacked" / path.name.partition(".")[0]
    folder.mkdir(parents=True)
    if not unpack(path, folder, limit=row.tenant.disk_gb * GB):
        shutil.copyfile(path, folder / path.name)
        result = scanning.scan(folder, label=label)
        if result.put_aside:
            raise Invalid("The scanner found malware in it; it was put aside", found=result.put_aside[0]["found"])
        return path, result
    return folder, scanning.scan(folder, label=label)


def unpack(path: Path, folder: Path, *, limit: int) -> bool:
    """Unpack a zip or a tar; False when it is neither. Invalid above `limit` bytes or for a name that leads out of it."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _demand(sum(one.file_size for one in archive.infolist()), limit)
                for member in archive.infolist():
                    archive.extract(member, folder)  # a name that leads out of the folder is made one that does not
            return True
        if tarfile.is_tarfile(path):
            with tarfile.open(path) as packed:
                _demand(sum(one.size for one in packed), limit)
                for one in packed:
                    packed.extract(one, folder, filter="data")  # the filter refuses what leads out of the folder
            return True
    except (tarfile.TarError, zipfile.BadZipFile) as error:
        raise Invalid("This archive cannot be unpacked", said=str(error)) from error
    return False


def _demand(size: int, limit: int) -> None:
    if size > limit:
        raise Invalid("Unpacked it is larger than the tenant's budget", bytes=size)
