"""`paraat cloud restore`: bring back what a tenant held, here or on a host that never heard of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from paraat.cli.alert import operator
from paraat.cloud import adopting, restoring, telling
from paraat.cloud.actions import backups
from paraat.cloud.models import Backup, Restore, Tenant
from paraat.cloud.repositories import Repository
from paraat.kernel.errors import NotFound
from paraat.registry.naming import the_one


@click.command("restore")
@click.argument("tenant")
@click.option("--reason", "--because", "because", required=True, help="Why this point in time is clean; it is kept.")
@click.option(
    "--snapshot", default="", help="Which backup, by the first digits of its snapshot; the newest without it."
)
@click.option("--path", "paths", multiple=True, help="Only this, as VOLUME/PATH; may be given several times.")
@click.option(
    "--from",
    "source",
    default="",
    help="A repository of a tenant that this host does not know: a folder, s3:..., sftp:..., rest:...",
)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file with its key, for --from.",
)
@click.option(
    "--officer-consent", "consent", default="", help="Who of the victim agreed, how and when, for --from; it is kept."
)
@click.option("--background", is_flag=True, help="Leave the work to the workers of `paraat up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    tenant: str,
    because: str,
    snapshot: str,
    paths: tuple[str, ...],
    source: str,
    key_file: Path | None,
    consent: str,
    background: bool,
    as_json: bool,
) -> None:
    """Bring back the data of TENANT (number, name or organisation) from a backup, compare every file, and have clients prove the services.

    With --from, TENANT is the organisation: its emergency cloud is made anew here from that repository and its key alone.
    """
    if source:
        show(_elsewhere(tenant, source, key_file, because, consent, snapshot), as_json)
        return
    found = telling.find(tenant)
    kept = backup_of(found, snapshot)
    if background:
        show(backups.restore(tenant=found, backup=kept, by=operator(), because=because, paths=paths), as_json)
    else:
        show(restoring.restore_now(tenant=found, backup=kept, by=operator(), because=because, paths=paths), as_json)


def _elsewhere(tenant: str, source: str, key_file: Path | None, because: str, consent: str, snapshot: str) -> Restore:
    if key_file is None:
        raise click.UsageError("--from needs --key-file")
    repository = Repository(str(Path(source).resolve()) if ":" not in source else source, key_file.read_text().strip())
    return adopting.restore_elsewhere(
        repository=repository,
        by=operator(),
        because=because,
        consent=consent,
        organisation=the_one(tenant),
        snapshot=snapshot,
    )


def backup_of(tenant: Tenant, snapshot: str) -> Backup:
    """The whole backup whose snapshot begins so, else the newest one. NotFound for none."""
    rows = Backup.objects.filter(
        tenant=tenant, state=Backup.State.DONE, forgotten_at=None, snapshot__startswith=snapshot
    )
    found: Backup | None = rows.order_by("-began_at").first()
    if found is None:
        raise NotFound("There is no such backup", snapshot=snapshot)
    return found


def show(one: Restore, as_json: bool) -> None:
    """What came of it."""
    said = summary(one)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(
        f"{one.state}: {one.files} files, {one.bytes} bytes; {one.scanned or 'not scanned'}; {len(one.found)} put aside"
    )
    for name, value in one.taken.items():
        click.echo(f"  {name}: {value}")


def summary(one: Restore) -> dict[str, Any]:
    """A restore in one line of JSON."""
    return {
        "id": str(one.pk),
        "tenant": one.tenant.number,
        "kind": one.kind,
        "source": one.source,
        "state": one.state,
        "began_at": one.began_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "bytes": one.bytes,
        "files": one.files,
        "same": one.same,
        "because": one.because,
        "scanned": one.scanned,
        "found": one.found,
        "taken": one.taken,
        "error": one.error,
    }
