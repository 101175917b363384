"""Brings a tenant back on a host that never heard of it: from its repository and its key, and nothing else.

The manifest in the repository says which services it had, with which values and under which secrets its data were written.
"""

from __future__ import annotations

from typing import Any

from paraat.cloud import bringing, keeping, restoring, stores
from paraat.cloud.actions import backups, progress, tenants
from paraat.cloud.models import Backup, Restore, Tenant
from paraat.cloud.repositories import NoRepository, Repository
from paraat.kernel.actor import Actor
from paraat.kernel.errors import NotFound
from paraat.platform.actions import action
from paraat.registry.models import Organisation


def newest(repository: Repository, snapshot: str = "") -> tuple[str, dict[str, Any]]:
    """The newest whole backup in a repository, or the one whose data have this id: its manifest's id and content.

    Raises NoRepository, WrongKey, Invalid for a location with a password in it, or NotFound when there is no whole backup in it.
    """
    stores.demand_plain(repository.location)
    if not repository.exists():
        raise NoRepository(place=repository.location)
    for one in reversed(repository.snapshots(keeping.OF_MANIFESTS)):
        found = keeping.read_manifest(repository, one["id"])
        if str(found["backup"]["snapshot"]).startswith(snapshot):
            return str(one["id"]), found
    raise NotFound("There is no whole backup in this repository", snapshot=snapshot)


def organisation_of(found: dict[str, Any]) -> Organisation:
    """Whose it is, on this host: the organisation with that id or NIS code. NotFound when it is not in the register here."""
    said = found["tenant"]["organisation"]
    rows = Organisation.objects.all()
    row: Organisation | None = rows.filter(pk=said["id"]).first() or (
        rows.filter(nis=said["nis"]).first() if said["nis"] else None
    )
    if row is None:
        raise NotFound("This organisation is not in the register of this host; name another", name=said["name"])
    return row


def restore_elsewhere(
    *,
    repository: Repository,
    by: Actor,
    because: str,
    consent: str,
    organisation: Organisation | None = None,
    snapshot: str = "",
) -> Restore:
    """Start a tenant here from what is in `repository`, bring its data back and have clients prove it. Raises what kept it from being done."""
    manifest, found = newest(repository, snapshot)
    tenant, kept = _made(repository, manifest, found, organisation or organisation_of(found), by, consent)
    bringing.bring(tenant.pk)
    return restoring.restore_now(tenant=tenant, backup=kept, by=by, because=because)


@action
def _made(
    repository: Repository, manifest: str, found: dict[str, Any], organisation: Organisation, by: Actor, consent: str
) -> tuple[Tenant, Backup]:
    """The rows of a tenant that is about to start with what its repository says."""
    said = found["tenant"]
    tenant = tenants.start_now(
        organisation=organisation,
        services=said["services"],
        consent=consent,
        by=by,
        exercise=bool(said["exercise"]),
        kind=said["kind"],
        enqueue=False,
    )
    return tenant, dress(tenant, repository, manifest, found)


def dress(tenant: Tenant, repository: Repository, manifest: str, found: dict[str, Any]) -> Backup:
    """Give a tenant that does not run yet the repository, secrets and values of the one that was kept; its backup."""
    backups.adopt_secrets(tenant=tenant, secrets=found["tenant"]["secrets"], key=repository.key)
    progress.keep_values(tenant=tenant, values=found["tenant"]["values"])
    backups.open_repository(tenant=tenant, location=repository.location, key=repository.key)
    return backups.adopt_backup(tenant=tenant, said=found["backup"], manifest=manifest)
