"""`paraat coverage`: who was reached by an alert, or can be according to the register, and who not."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.alerts import coverage
from paraat.cli.alert import find
from paraat.platform import moment

DEFINITIONS = {
    "reached": "a named person acknowledged (register: a contact confirmed, answered a test or acknowledged)",
    "waiting": "told, and the first rung still has time (register: on file, never asked)",
    "silent": "told, and nobody answered in time (register: did not answer a test)",
    "bounced": "every message came back",
    "no_out_of_band": "the only ways lead through the organisation's own systems",
    "no_contact": "nobody is on file",
    "no_asset": "nothing is on file that a list could name",
}


@click.command("coverage")
@click.argument("alert", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(alert: str | None, as_json: bool) -> None:
    """Coverage of ALERT (number or id), else of the register as of today."""
    content = of_alert(alert) if alert else of_register()
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{content['of']}, as of {content['as_of']}: {content['denominator']} organisations", highlight=False)
    table = Table("class", "organisations", "means")
    for name, number in content["counts"].items():
        table.add_row(name, str(number), DEFINITIONS[name])
    console.print(table)


def of_alert(alert: str) -> dict[str, Any]:
    """Counts and organisations of one alert."""
    one = find(alert)
    rows = coverage.of_alert(one).select_related("organisation").order_by("organisation__name")
    named = [_organisation(row.organisation, row.coverage) | {"acknowledged_by": row.acknowledged_by} for row in rows]
    return _content(f"alert {one.number}", moment.now().isoformat(), coverage.counts(rows), named)


def of_register() -> dict[str, Any]:
    """Counts and organisations of everybody whom the team looks after."""
    now = moment.now()
    rows = coverage.of_register(coverage.constituents(moment.day(now)), moment.day(now))
    return _content(
        "register",
        now.isoformat(),
        coverage.counts(rows),
        [_organisation(row, row.coverage) for row in rows.order_by("name")],
    )


def _content(of: str, as_of: str, counted: dict[str, int], named: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "of": of,
        "as_of": as_of,
        "denominator": sum(counted.values()),
        "counts": counted,
        "definitions": DEFINITIONS,
        "organisations": named,
    }


def _organisation(one: Any, coverage_class: str) -> dict[str, Any]:
    return {"nis": one.nis, "kind": one.kind, "name": one.name, "coverage": coverage_class}
