"""The exit of a tenant: everything it holds, in open formats, in one file that the victim can use without us.

README.txt                  what is here and how to use it
data/<volume>/...           the volumes as they are: maildirs, ICS, VCF, plain files
<service>/...               what a service's hook `export(access, folder)` writes besides, such as CSV
manifests/tenant.yaml       plain Kubernetes, as it was played (secrets are in it)
manifests/images.txt        the images that these name
SHA256SUMS                  of every file; `sha256sum -c SHA256SUMS`
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from paraat.cloud import bringing, catalog, configuration, drivers, keeping, packing, preparing
from paraat.cloud.access import Access
from paraat.cloud.actions import backups
from paraat.cloud.drivers.base import Driver, Health
from paraat.cloud.models import Export, Tenant
from paraat.kernel.actor import Actor
from paraat.kernel.errors import NotFound, ParaatError
from paraat.platform import files

README = """{name} ({number}), the emergency cloud of {organisation}

data/         the volumes of the services as they are. mail-data holds a Maildir per account (any mail program imports it),
              calendars are iCalendar (.ics) and vCard (.vcf) files, shared files are files.
manifests/    tenant.yaml is plain Kubernetes: apply it to any conformant cluster that has the images of images.txt. Secrets are in it.
SHA256SUMS    check with: sha256sum -c SHA256SUMS

Keep this file as you keep the data themselves: whoever has it reads everything, and the secrets in it still open the services until these end.
"""


class Failed(ParaatError):
    """The exit could not be written."""


def export_now(*, tenant: Tenant, by: Actor) -> Export:
    """Ask for the exit and make it in this process. Raises what kept it from being made."""
    return run_export(backups.export_tenant(tenant=tenant, by=by, enqueue=False).pk)


def place_of(export: Export) -> Path:
    """The file of an exit. NotFound when it is not there any more."""
    found = folder() / Path(export.file).name
    if not export.file or not found.exists():
        raise NotFound("The file of this export is no longer kept")
    return found


def folder() -> Path:
    """Where exits lie until somebody takes them: PARAAT_HOME/cloud/exports."""
    return configuration.place() / "exports"


def run_export(export_id: UUID) -> Export:
    """Make an exit that was asked for; does nothing when it is over. What fails stands in its row and is raised."""
    row = Export.objects.select_related("tenant__organisation").get(pk=export_id)
    with keeping.still(row.tenant_id, patience=60):
        if not backups.begin_export(export=row):
            return row
        try:
            made = _make(row)
        except (ParaatError, OSError) as error:
            backups.end_export(export=row, error=str(error))
            raise
        backups.end_export(export=row, **made)
    return row


def _make(row: Export) -> dict[str, Any]:
    """Write the file, whole or not at all."""
    tenant, driver = row.tenant, drivers.named(row.tenant.driver)
    keeping.prepare_services(tenant, driver)
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder() / f"{tenant.name}-{tenant.number}-{row.pk.hex[-6:]}.tar.{_ending()}"
    draft = target.with_name(f".{target.name}")
    with tempfile.TemporaryDirectory(dir=folder()) as own, ExitStack() as stack:
        written = _written(Path(own), tenant, driver)
        names = keeping.volumes_of(tenant, driver)
        volumes = {f"data/{name}": stack.enter_context(driver.volume(tenant.name, name)) for name in names}
        with files.room():
            digest = _pack(draft, {**{one.name: one for one in written}, **volumes})
    draft.replace(target)
    return {"file": target.name, "bytes": target.stat().st_size, "digest": digest}


def _written(own: Path, tenant: Tenant, driver: Driver) -> list[Path]:
    """What is made for the exit: README, manifests, and what services write besides their volumes."""
    (own / "manifests").mkdir()
    (own / "manifests/tenant.yaml").write_text(driver.render(preparing.workload(tenant)), encoding="utf-8")
    (own / "manifests/images.txt").write_text(
        "".join(f"{one}\n" for one in sorted(bringing.images(tenant))), encoding="utf-8"
    )
    said = README.format(name=tenant.name, number=tenant.number, organisation=tenant.organisation.name)
    (own / "README.txt").write_text(said, encoding="utf-8")
    healthy = {one.service for one in driver.observe(tenant.name) if one.health == Health.HEALTHY}
    for name in tenant.services:
        hook = getattr(catalog.hooks(name), "export", None)
        if hook and name in healthy:
            (own / name).mkdir()
            hook(Access(preparing.prepared(tenant), driver, own / name), own / name)
    return sorted(own.iterdir())


def _pack(target: Path, parts: dict[str, Path]) -> str:
    """One compressed tar, readable by its owner only; its SHA-256."""
    with (
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
        _compressor(file) as press,
    ):
        assert press.stdin is not None  # noqa: S101  # it is a pipe
        with tarfile.open(fileobj=press.stdin, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            listed = "".join(_line(name, digest) for name, digest in packing.pack(archive, parts))
            packing.add(archive, "SHA256SUMS", listed.encode("utf-8", "surrogateescape"))
        press.stdin.close()
        if press.wait():
            raise Failed
    return _digest(target)


def _line(name: str, digest: str) -> str:
    """A line as sha256sum writes and reads it: a name that would break the line is escaped, which a backslash before the line says."""
    plain = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if plain == name else chr(92)}{digest}  {plain}\n"


def _compressor(file: IO[bytes]) -> subprocess.Popen[bytes]:
    words = ["zstd", "-q", "-T0", "-c"] if _ending() == "zst" else ["gzip", "-c"]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=file)


def _ending() -> str:
    """zstd where it is installed; gzip is everywhere."""
    return "zst" if shutil.which("zstd") else "gz"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
