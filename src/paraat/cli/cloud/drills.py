"""`paraat cloud drills`: what drills proved, and who never had one."""

from __future__ import annotations

import json

import click

from paraat.cli.cloud.drill import line, summary
from paraat.cloud.models import Drill
from paraat.registry.naming import the_one


@click.command("drills")
@click.argument("organisation", required=False)
@click.option("--exercises", is_flag=True, help="Those of exercises as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(organisation: str | None, exercises: bool, as_json: bool) -> None:
    """List drills, of ORGANISATION or of all, the newest first."""
    rows = Drill.objects.select_related("organisation")
    if organisation:
        rows = rows.filter(organisation=the_one(organisation))
    if not exercises:
        rows = rows.real()
    if as_json:
        click.echo(json.dumps([summary(one) for one in rows], ensure_ascii=False))
        return
    for one in rows:
        click.echo(line(one))
