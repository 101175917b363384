"""`paraat cloud export`: the exit of a tenant, everything in open formats in one file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from paraat.cli.alert import operator
from paraat.cloud import leaving, telling
from paraat.cloud.actions.backups import note_download


@click.command("export")
@click.argument("tenant")
@click.option("--to", type=click.Path(path_type=Path), help="Where to put a copy, as a file or in a folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, to: Path | None, as_json: bool) -> None:
    """Write everything that TENANT holds as open formats, its manifests and the names of its images into one file for the victim."""
    made = leaving.export_now(tenant=telling.find(tenant), by=operator())
    place = leaving.place_of(made)
    if to is not None:
        place = Path(shutil.copy(place, to))
        place.chmod(0o600)
        note_download(export=made, by=operator())
    said = {"id": str(made.pk), "file": str(place), "bytes": made.bytes, "sha256": made.digest}
    click.echo(json.dumps(said) if as_json else f"{place}  {made.bytes} bytes  SHA-256 {made.digest}")
