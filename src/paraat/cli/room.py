"""`paraat room`: list, show and open war rooms, and report signals."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from paraat.cli.alert import operator
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Tlp
from paraat.warroom.actions.rooms import open_room
from paraat.warroom.actions.signals import report_signal
from paraat.warroom.models import Room, Signal

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
LEVELS = {level.label.removeprefix("TLP:"): level for level in Tlp}
level_option = click.option("--tlp", type=click.Choice(list(LEVELS)), help="Who may read it.")


@click.group("room")
def command() -> None:
    """War rooms: list, show, open, signal."""


@command.command("list")
@as_json
@click.option("--state", type=click.Choice(Room.State.values), help="Only those in this state.")
@click.option("--exercise/--real", default=None, help="Only exercises, or only real ones.")
def list_rooms(as_json: bool, state: str | None, exercise: bool | None) -> None:
    """List war rooms, newest first."""
    rooms = Room.objects.order_by("-opened_at", "-number")
    rooms = rooms.filter(state=state) if state else rooms
    rows = [summary(room) for room in (rooms if exercise is None else rooms.filter(exercise=exercise))]
    if as_json:
        click.echo(json.dumps({"rooms": rows}, ensure_ascii=False))
        return
    table = Table("number", "state", "kind", "threat", "TLP", "title")
    for row in rows:
        table.add_row(row["number"], row["state"], row["kind"], str(row["threat_level"]), row["tlp"], row["title"])
    Console().print(table)


@command.command("show")
@click.argument("room")
@as_json
def show(room: str, as_json: bool) -> None:
    """Show one room (number or id): its lanes, who takes part, and its open signals."""
    one = find(room)
    open_ones = Signal.objects.filter(room=one).exclude(state=Signal.State.CLOSED).select_related("lane")
    content = summary(one) | {
        "lanes": [lane.key for lane in one.lanes.all()],
        "participants": [
            {"organisation": taking.organisation.name, "part": taking.part, "ceiling": Tlp(taking.ceiling).label}
            for taking in one.participants.filter(left_at=None).select_related("organisation")
        ],
        "signals": [signal_summary(signal) for signal in open_ones[:200]],
    }
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    Console().print(f"{one.number}  {one.title}  ({one.get_state_display()}, {Tlp(one.tlp).label})", highlight=False)
    table = Table("lane", "state", "grade", "verified", "signal")
    for row in content["signals"]:
        table.add_row(row["lane"], row["state"], row["grade"], str(row["verified"]), row["claim"] or row["text"])
    Console().print(table)


@command.command("open")
@click.argument("title")
@click.option("--kind", type=click.Choice(Room.Kind.values), default=Room.Kind.INCIDENT.value, show_default=True)
@click.option("--purpose", default="", help="What must be reached.")
@click.option("--exercise", is_flag=True, help="An exercise: nothing of it leaves the house.")
@level_option
@as_json
def open_one(title: str, kind: str, purpose: str, exercise: bool, tlp: str | None, as_json: bool) -> None:
    """Open a room with this title; an election begins with four lanes."""
    level = LEVELS[tlp] if tlp else Tlp.AMBER
    room = open_room(title=title, kind=kind, purpose=purpose, exercise=exercise, tlp=level, by=operator())
    click.echo(json.dumps(summary(room), ensure_ascii=False) if as_json else f"{room.number} is open.")


@command.command("signal")
@click.argument("room")
@click.argument("text", default="")
@click.option("--lane", default="general", show_default=True, help="The key of the lane.")
@click.option("--source", default="", help="Who says so: a function or an organisation.")
@click.option("--grade", default="F6", show_default=True, help="Admiralty grading: A to F and 1 to 6.")
@click.option("--claim", default="", help="Of disinformation: what is claimed.")
@click.option("--channel", default="", help="Of disinformation: through which channel.")
@click.option("--spread", default="", help="Of disinformation: how far it went.")
@click.option("--legal-basis", default="", help="Of disinformation: on which ground it is kept.")
@level_option
@as_json
def signal(room: str, text: str, grade: str, tlp: str | None, as_json: bool, **fields: str) -> None:
    """Report a signal in a room."""
    made = report_signal(
        room=find(room),
        text=text,
        by=operator(),
        reliability=grade[:1],
        credibility=grade[1:],
        tlp=LEVELS[tlp] if tlp else None,
        **fields,  # type: ignore[arg-type]  # all of them text
    )
    click.echo(json.dumps(signal_summary(made), ensure_ascii=False) if as_json else f"Reported in {made.room.number}.")


def find(room: str) -> Room:
    """The room with this number or id. Raises NotFound."""
    try:
        found: Room | None = Room.objects.filter(pk=UUID(room)).first()
    except ValueError:
        found = Room.objects.filter(number__iexact=room).first()
    if found is None:
        raise NotFound("There is no such room", room=room)
    return found


def summary(room: Room) -> dict[str, Any]:
    """A room as JSON shows it."""
    plain = ("number", "title", "kind", "state", "threat_level", "exercise", "cursor")
    return {
        "id": str(room.pk),
        **{name: getattr(room, name) for name in plain},
        "tlp": Tlp(room.tlp).label,
        "opened_at": room.opened_at.isoformat(),
    }


def signal_summary(signal: Signal) -> dict[str, Any]:
    """A signal as JSON shows it."""
    plain = ("state", "text", "claim", "channel", "spread", "source", "verified", "exercise")
    return {
        "id": str(signal.pk),
        "lane": signal.lane_key,
        **{name: getattr(signal, name) for name in plain},
        "grade": f"{signal.reliability}{signal.credibility}",
        "tlp": Tlp(signal.tlp).label,
        "reported_at": signal.reported_at.isoformat(),
    }
