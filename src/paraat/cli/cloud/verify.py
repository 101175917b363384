"""`paraat cloud verify`: real clients try every service again."""

from __future__ import annotations

import click

from paraat.cli.alert import operator
from paraat.cli.cloud.start import show, show_tenant
from paraat.cloud import bringing, telling
from paraat.cloud.actions.tenants import verify_tenant


@click.command("verify")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, as_json: bool) -> None:
    """Have real clients prove every service of TENANT again. Exit code 1 when one does not do its work."""
    found = verify_tenant(tenant=telling.find(tenant), by=operator(), enqueue=False)
    show_tenant(bringing.bring(found.pk, show), as_json)
