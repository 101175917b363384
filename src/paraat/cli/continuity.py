"""`paraat continuity`: critical services, what was shown of them, and who could resume with proof."""

from __future__ import annotations

import json
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table

from paraat.kernel.marking import TEAM, Viewer
from paraat.readiness import continuity_picture, resuming
from paraat.readiness.api.continuity import vars_of
from paraat.registry.naming import the_one

VIEWER = Viewer(roles=TEAM)
"""Whoever runs commands on the machine reads what the team reads."""
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
SAYS = ("kind", "name", "max_downtime_hours", "max_downtime_proposed", "rto_hours", "rpo_hours", "contradicts", "exercised",
        "tested_on", "tested_result", "proven", "on_paper", "reviewed_on")  # fmt: skip


@click.group("continuity")
def command() -> None:
    """Continuity: list, show, resume."""


@command.command("list")
@click.option("--contradicts", is_flag=True, help="Only those claimed to be back later than they may be gone.")
@click.option("--not-proven", is_flag=True, help="Only those without proof.")
@as_json
def list_services(contradicts: bool, not_proven: bool, as_json: bool) -> None:
    """List the critical services of every organisation."""
    rows = resuming.services(VIEWER, resuming.as_of()).select_related("organisation")
    rows = rows.filter(contradicts=True) if contradicts else rows
    rows = rows.filter(proven=False) if not_proven else rows
    found = [
        {"organisation": row.organisation.name} | _said(row)
        for row in rows.order_by("organisation__name", "max_downtime_hours", "name")
    ]
    if as_json:
        _print({"services": found})
        return
    table = Table("organisation", "service", "limit", "claimed", "shown", "proven")
    for row in found:
        hours = [_hours(row[name]) for name in ("max_downtime_hours", "rto_hours", "exercised")]
        table.add_row(row["organisation"], row["name"], *hours, "yes" if row["proven"] else "no")
    Console().print(table)


@command.command("show")
@click.argument("organisation")
@as_json
def show(organisation: str, as_json: bool) -> None:
    """Show the critical services and the tests of ORGANISATION (name or NIS code)."""
    one = the_one(organisation)
    picture = continuity_picture.picture(VIEWER, one, resuming.as_of())
    services = [
        _said(line.service)
        | {
            "suppliers": [each.name for each in line.service.suppliers.all()],
            "systems": line.service.systems,
            "needs": [each.name for each in line.needs],
            "slower": [each.name for each in line.slower],
            "workaround": line.service.workaround,
        }
        for line in picture.lines
    ]
    tests = [
        {"on": test.on, "kind": test.kind, "result": test.result, "hours": test.hours, "exercise": test.exercise,
         "services": {each.service.name: each.result for each in test.tested.all()}}
        for test in continuity_picture.tests_of(VIEWER, one)
    ]  # fmt: skip
    circles = [[each.name for each in ring] for ring in picture.circles]
    if as_json:
        _print(
            {
                "organisation": one.name,
                "reviewed_on": picture.reviewed_on,
                "services": services,
                "circles": circles,
                "tests": tests,
            }
        )
        return
    click.echo(f"{one.name}: {len(services)} critical services, {len(tests)} tests")
    for said in services:
        claimed = f", claimed {_hours(said['rto_hours'])}" if said["rto_hours"] is not None else ""
        proof = "proven" if said["proven"] else "not proven"
        wrong = "  CONTRADICTION: claimed later than it may be gone" if said["contradicts"] else ""
        click.echo(f"  {said['name']}: at most {_hours(said['max_downtime_hours'])} h{claimed}, {proof}{wrong}")
    for ring in circles:
        click.echo(f"  need each other: {', '.join(ring)}")


@command.command("resume")
@click.option(
    "--days", default=resuming.DAYS, show_default=True, type=click.IntRange(1, 365), help="Within so many days."
)
@click.option(
    "--state", type=click.Choice([state for state, _words in resuming.STATES]), help="Only these organisations."
)
@as_json
def resume(days: int, state: str | None, as_json: bool) -> None:
    """Who could resume within a few days, with proof: the figures, and every organisation."""
    day = resuming.as_of()
    rows = resuming.population(VIEWER, day, days)
    figures = resuming.figures(rows, VIEWER, day, days)
    rows = resuming.in_state(rows, state, VIEWER, day, days) if state else rows
    names = ("nis", "name", "due", "proven_due", "critical", "contradictions", "reviewed_on", "tested_on")
    found = [
        {name: getattr(row, name) for name in names} | {"state": resuming.state(row)}
        for row in rows.order_by("name", "pk")
    ]
    if as_json:
        _print(vars_of(figures) | {"organisations": found})
        return
    click.echo(
        f"As of {figures.as_of}: {figures.all} of {figures.denominator} organisations could resume within {days} days, with proof"
    )
    click.echo(
        f"  {figures.some} some of it, {figures.none} nothing of it; {figures.nothing} said of nothing that it must be back by then"
    )
    click.echo(figures.definition)


def _said(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SAYS}


def _hours(value: Any) -> str:
    return "" if value is None else f"{value:g}"


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
