"""`paraat cloud extend`: a tenant goes on for longer."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from paraat.cli.alert import operator
from paraat.cloud import telling
from paraat.cloud.actions.tenants import extend_tenant
from paraat.platform import moment


@click.command("extend")
@click.argument("tenant")
@click.option("--days", type=click.IntRange(1, 366), required=True, help="So many days from now.")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--override", default="", help="Why it may go above the programme's envelope; it is kept with your name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, days: int, reason: str, override: str, as_json: bool) -> None:
    """Let TENANT go on for so many days from now."""
    until = moment.now() + timedelta(days=days)
    found = extend_tenant(
        tenant=telling.find(tenant), until=until, by=operator(), because=reason, override_because=override
    )
    click.echo(json.dumps(telling.summary(found), ensure_ascii=False) if as_json else f"{found}: until {found.until:%d/%m/%Y}.")  # fmt: skip
