"""`paraat cloud status`: how tenants are."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from paraat.cli.cloud.start import show_tenant
from paraat.cloud import telling
from paraat.cloud.models import Tenant


@click.command("status")
@click.argument("tenant", required=False)
@click.option("--all", "every", is_flag=True, help="Those that are over as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str | None, every: bool, as_json: bool) -> None:
    """Show one tenant (number, name or organisation) with its steps, or the list of all that live."""
    if tenant:
        return show_tenant(telling.find(tenant), as_json)
    rows = Tenant.objects.all() if every else Tenant.objects.alive()
    found = [telling.summary(one) for one in rows.select_related("organisation")]
    if as_json:
        return click.echo(json.dumps({"tenants": found}, ensure_ascii=False))
    table = Table("number", "name", "organisation", "state", "driver", "services", "trouble")
    for one in found:
        shown = ("number", "name", "organisation", "state", "driver")
        table.add_row(*(str(one[name]) for name in shown), " ".join(one["services"]), one["trouble"])
    return Console().print(table)
