"""`paraat handover`: what was handed over, and who took it."""

from __future__ import annotations

import json

import click
from rich.console import Console

from paraat.kernel.marking import Tlp
from paraat.warroom.models import Handover
from paraat.warroom.rules import handover as rules


@click.command("handover")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> None:
    """Show the latest hand-over of a shift."""
    latest: Handover | None = Handover.objects.order_by("-made_at").first()
    if as_json:
        click.echo(json.dumps({"handover": _content(latest) if latest else None}, ensure_ascii=False))
        return
    console = Console()
    if latest is None:
        console.print("No shift was handed over yet.")
        return
    taken = f"taken over by {latest.taken_label}" if latest.taken_at else "nobody has taken it over yet"
    console.print(f"{latest.made_at:%Y-%m-%d %H:%M} UTC by {latest.made_label}: {taken}", highlight=False, markup=False)
    for section in rules.SECTIONS:
        rows = latest.content.get(section, [])
        console.print(f"\n{section}: {len(rows)}", style="bold")
        for row in rows:
            mark = "EXERCISE " if row["exercise"] else ""
            console.print(f"- {mark}{row['text']} ({Tlp(row['tlp']).label})", highlight=False, markup=False)


def _content(one: Handover) -> dict[str, object]:
    return {
        "id": str(one.pk),
        "made_at": one.made_at.isoformat(),
        "by": one.made_label,
        "due_at": one.due_at.isoformat(),
        "taken_by": one.taken_label,
        "taken_at": one.taken_at.isoformat() if one.taken_at else None,
        "tlp": Tlp(one.tlp).label,
        "remarks": one.remarks,
        "content": one.content,
    }
