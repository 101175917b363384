"""`paraat population`: the figures over all constituents, the list behind each, and counting again."""

from __future__ import annotations

import json
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table

from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.readiness import lacking, population, population_data, population_sheets
from paraat.readiness.actions import standing
from paraat.readiness.rules.population import SIZE_KEYS

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
_HOUSE = Viewer(roles=frozenset({Role.COORDINATOR}))  # the command line reads everything


@click.group("population")
def command() -> None:
    """The population: show, list, count."""


@command.command("show")
@click.option(
    "--by", type=click.Choice(list(population.GROUPS)), help="Also by province, size, kind, supplier or programme."
)
@click.option(
    "--most", default=10, show_default=True, help="How many controls of those that would take away most risk."
)
@as_json
def show(by: str | None, most: int, as_json: bool) -> None:
    """Show the figures over all constituents: count, denominator, definition and source of each."""
    waiting, today = _caught_up(), moment.today()
    rows = population.everybody()
    chosen = list(population.FIGURES.values())
    found = population_data.figures(population.sums(rows, chosen, today), chosen, today)
    found["waiting"] = waiting
    found["groups"] = population_data.groups(population.by_group(rows, by, today)) if by else []
    found["lacking"] = population_data.controls(lacking.ranking("basics"), most)
    if as_json:
        _print(found)
        return
    table = Table("figure", "count", "of", "%")
    for one in found["figures"]:
        table.add_row(one["title"], str(one["count"]), str(one["denominator"]), str(one["share"] or ""))
    Console().print(table)
    for one in found["averages"]:
        click.echo(f"{one['title']}: {one['value']} (of {one['of']})")
    for one in found["groups"]:
        click.echo(
            f"{one['title']}: {one['count']}, {one['figures']['assessed']} assessed, {one['figures']['not-involved']} not involved"
        )
    for one in found["lacking"]:
        click.echo(
            f"{one['control']} {one['title']}: {one['lack_it']} lack it, weight {one['weight']}, {one['not_assessed']} not assessed"
        )


@command.command("list")
@click.option("--figure", type=click.Choice(list(population.FIGURES)), help="Those that this figure counts.")
@click.option("--province", default="", help="NIS code of the province.")
@click.option("--size", type=click.Choice(SIZE_KEYS), help="Size class, by its least number of inhabitants.")
@as_json
def list_constituents(figure: str | None, province: str, size: str | None, as_json: bool) -> None:
    """List constituents and how they stand, by name."""
    _caught_up()
    today = moment.today()
    rows = population.rows_for(_HOUSE).select_related("organisation").order_by("organisation__name")
    if figure:
        one = population.FIGURES[figure]
        rows = rows.filter(one.of(today), one.holds(today))
    rows = rows.filter(province=province) if province else rows
    rows = rows.filter(size=size) if size else rows
    columns = population_sheets.constituents(team=True, today=today)
    found = [
        {"id": row.organisation_id, "nis": row.organisation.nis} | {one.name: _plain(one.of(row)) for one in columns}
        for row in rows
    ]
    if as_json:
        _print({"constituents": found})
        return
    table = Table("NIS", "name", "checklist", "CyFun", "open measures", "involved in")
    for row in found:
        table.add_row(*(_text(row[name]) for name in ("nis", "name", "basics", "cyfun", "measures", "involved")))
    Console().print(table)


@command.command("count")
@as_json
def count(as_json: bool) -> None:
    """Count everybody again from nothing, as each night does."""
    done = standing.recount()
    if as_json:
        _print({"counted": done})
    else:
        click.echo(f"{done} constituents were counted.")


def _caught_up() -> int:
    """Count what was noted, all of it; how many are still waiting because somebody else is counting."""
    standing.touch_stale()
    while standing.refresh_due():
        pass
    return standing.catch_up()


def _plain(value: Any) -> Any:
    return (
        [str(one) for one in value]
        if isinstance(value, list)
        else value
        if value is None or isinstance(value, int | float)
        else str(value)
    )


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
