"""`paraat task`: what is to be done in cases."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from paraat.incidents.actions.tasks import finish_task, waiting_on
from paraat.incidents.models import Task
from paraat.kernel.actor import Actor, ActorKind


@click.group("task")
def command() -> None:
    """Tasks of cases."""


@command.command("list")
@click.option("--case", "number", help="Only those of this case, C2026-0001.")
@click.option("--all", "everything", is_flag=True, help="Those that are done or not needed too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def list_tasks(number: str | None, everything: bool, as_json: bool) -> None:
    """Open tasks, the first due first."""
    rows = (
        Task.objects.annotate(waits=waiting_on())
        .select_related("case", "owner", "assigned_to")
        .order_by("due_at", "pk")
    )
    rows = rows.filter(case__number=number) if number else rows
    rows = rows if everything else rows.filter(state=Task.State.OPEN)
    told = [_line(row) for row in rows]
    if as_json:
        click.echo(json.dumps({"tasks": told}, ensure_ascii=False))
        return
    table = Table("id", "case", "task", "who", "due", "state")
    for one in told:
        table.add_row(
            one["id"],
            one["case"],
            one["title"],
            one["who"],
            one["due"] or "",
            "waits" if one["waits"] else one["state"],
        )
    Console().print(table)


@command.command("done")
@click.argument("task", type=click.UUID)
@click.option("--outcome", default="", help="What came of it.")
@click.option("--by", "name", default="command line", show_default=True, help="Who says so, for the journal.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def done(task: UUID, outcome: str, name: str, as_json: bool) -> None:
    """Say that a task is done."""
    row = Task.objects.select_related("case").filter(pk=task).first()
    if row is None:
        raise click.ClickException("there is no such task")
    finished = finish_task(task=row, by=Actor(ActorKind.SYSTEM, None, name), outcome=outcome)
    click.echo(
        json.dumps(_line(finished), ensure_ascii=False)
        if as_json
        else f"{finished.case.number}: {finished.title}: done"
    )


def _line(row: Task) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "case": row.case.number,
        "key": row.key,
        "title": row.title,
        "who": row.assigned_to.name if row.assigned_to else row.owner.name if row.owner else "the team",
        "state": row.state,
        "waits": getattr(row, "waits", False),
        "due": row.due_at.isoformat() if row.due_at else None,
        "outcome": row.outcome,
        "tlp": row.get_tlp_display(),
        "exercise": row.exercise,
    }
