"""`paraat playbook`: what is done first, and what follows."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.incidents.models import Playbook
from paraat.incidents.reading import active_playbooks, versions_of

LANGUAGES = click.Choice(["nl", "fr", "de", "en"])


@click.group("playbook")
def command() -> None:
    """Playbooks: the first hour and the steps of a kind of incident."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def list_playbooks(as_json: bool) -> None:
    """The version of each that new cases get."""
    rows = active_playbooks()
    if as_json:
        click.echo(json.dumps({"playbooks": [_whole(row) for row in rows]}, ensure_ascii=False))
        return
    table = Table("key", "version", "title", "steps", "proposed for")
    for row in rows:
        table.add_row(
            row.key, str(row.version), row.title_in("en"), str(len(row.steps)), ", ".join(row.classifications)
        )
    Console().print(table)


@command.command("show")
@click.argument("key")
@click.option("--version", type=int, help="Another version than the one in use.")
@click.option("--language", type=LANGUAGES, default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print all of it, in every language, as JSON.")
def show(key: str, version: int | None, language: str, as_json: bool) -> None:
    """One playbook: the first hour, then the steps."""
    rows = [row for row in versions_of(key) if (row.version == version if version else row.active)]
    if not rows:
        raise click.ClickException(f"there is no playbook {key}" + (f" of version {version}" if version else ""))
    row = rows[0]
    if as_json:
        click.echo(json.dumps(_whole(row), ensure_ascii=False))
        return
    click.echo(f"{row.title_in(language)} (version {row.version})\n")
    for number, sentence in enumerate(row.first_hour[language], start=1):
        click.echo(f"{number}. {sentence}")
    for step in row.steps:
        after = f", after {', '.join(step['after'])}" if step["after"] else ""
        click.echo(
            f"\n[{step['key']}] {step['title'][language]} ({step['who']}, {step['hours']:g} h{after})\n  {step['text'][language]}"
        )


def _whole(row: Playbook) -> dict[str, Any]:
    names = ("key", "version", "title", "first_hour", "steps", "classifications", "active", "made_by")
    return {name: getattr(row, name) for name in names} | {"shipped": row.shipped is not None}
