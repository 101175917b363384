"""`paraat cloud sheet`: the sealed sheet of a tenant."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from paraat.cli.alert import operator
from paraat.cli.cloud.start import show
from paraat.cloud import bringing, telling
from paraat.cloud.actions.sheets import issue_sheet


@click.command("sheet")
@click.argument("tenant")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, file: Path, yes: bool, as_json: bool) -> None:
    """Write the sealed sheet of TENANT to FILE (PDF), with new one-time codes. Earlier codes, and passwords chosen with them, end."""
    found = telling.find(tenant)
    if not yes and found.sheet_generation:
        click.confirm("Earlier codes and passwords end. Sure?", abort=True)
    made = issue_sheet(tenant=found, by=operator(), enqueue=False)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(made)
    bringing.bring(found.pk, show)
    told = {"file": str(file), "generation": found.sheet_generation, "accounts": len(found.values["accounts"])}
    click.echo(json.dumps(told) if as_json else f"{file}: {told['accounts']} accounts, sheet {told['generation']}.")
