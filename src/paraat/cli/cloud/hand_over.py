"""`paraat cloud hand_over`: the victim has its emergency cloud in hand."""

from __future__ import annotations

import json

import click

from paraat.cli.alert import operator
from paraat.cloud import telling
from paraat.cloud.actions.tenants import hand_over


@click.command("hand_over")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(tenant: str, as_json: bool) -> None:
    """Note that the victim has TENANT in hand. Its sheet was issued and a second contact confirmed, else this is refused."""
    done = hand_over(tenant=telling.find(tenant), by=operator())
    click.echo(json.dumps(telling.summary(done), ensure_ascii=False) if as_json else f"{done}: handed over.")
