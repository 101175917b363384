"""`paraat cloud takein`: the victim's own mail, calendars and files into the services."""

from __future__ import annotations

from pathlib import Path

import click

from paraat.cli.alert import operator
from paraat.cli.cloud.restore import show
from paraat.cloud import restoring, telling
from paraat.cloud.actions import backups


@click.command("takein")
@click.argument("tenant")
@click.argument("service")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", required=True, type=click.Choice(["mbox", "maildir", "ics", "vcf", "files"]), help="What FILE is."
)
@click.option(
    "--account", default="", help="Whose it is, as a login of the tenant; by default what FILE is named after."
)
@click.option(
    "--reason", "--because", "because", default="", help="Where it comes from and why it is clean; it is kept."
)
@click.option("--background", is_flag=True, help="Leave the work to the workers of `paraat up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    tenant: str, service: str, file: Path, kind: str, account: str, because: str, background: bool, as_json: bool
) -> None:
    """Have SERVICE of TENANT take in FILE, an export of the victim's own. What cannot be read is put aside and counted."""
    asked = backups.take_in(
        tenant=telling.find(tenant), service=service, kind=kind, file=file, by=operator(), account=account, because=because,
        enqueue=background,
    )  # fmt: skip
    show(asked if background else restoring.run_restore(asked.pk), as_json)
