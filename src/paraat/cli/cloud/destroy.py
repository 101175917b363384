"""`paraat cloud destroy`: have nothing left of a tenant, and prove it."""

from __future__ import annotations

import json

import click

from paraat.cli.alert import operator
from paraat.cli.cloud.start import show
from paraat.cloud import bringing, telling
from paraat.cloud.actions.tenants import destroy_tenant
from paraat.cloud.models import Tenant


@click.command("destroy")
@click.argument("tenant")
@click.option("--reason", default="", help="Why; it is kept, and needed.")
@click.option("--forget-backups", is_flag=True, help="Its repository of backups goes as well.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, reason: str, forget_backups: bool, yes: bool, as_json: bool) -> None:
    """Remove everything of TENANT from the engine. It is called destroyed when the engine was looked through and nothing was found."""
    found = telling.find(tenant)
    if not yes:
        click.confirm(f"Everything of {found} goes{', its backups too' if forget_backups else ''}. Sure?", abort=True)
    if found.state != Tenant.State.DESTROYING:
        destroy_tenant(tenant=found, by=operator(), because=reason, keep_backups=not forget_backups, enqueue=False)
    gone = bringing.bring(found.pk, show)
    if as_json:
        click.echo(json.dumps(telling.summary(gone) | {"proof": gone.proof}, ensure_ascii=False))
    else:
        click.echo(f"{gone}: {gone.get_state_display()}. Looked for {gone.proof['looked_for']}: nothing.")
