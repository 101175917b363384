"""`paraat cloud stop`: wind a tenant down."""

from __future__ import annotations

import click

from paraat.cli.alert import operator
from paraat.cli.cloud.start import show, show_tenant
from paraat.cloud import bringing, telling
from paraat.cloud.actions.tenants import stop_tenant


@click.command("stop")
@click.argument("tenant")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, reason: str, as_json: bool) -> None:
    """Wind TENANT down: nothing runs any more, everything is kept."""
    found = stop_tenant(tenant=telling.find(tenant), by=operator(), because=reason, enqueue=False)
    show_tenant(bringing.bring(found.pk, show), as_json)
