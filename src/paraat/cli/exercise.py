"""`paraat exercise`: the scenarios, and exercises planned, started, watched and ended."""

from __future__ import annotations

import json
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.cli.alert import operator
from paraat.exercises import actions, scenarios
from paraat.exercises.api import status as status_of
from paraat.exercises.models import Exercise
from paraat.exercises.rules.timing import words
from paraat.kernel.errors import Invalid, NotFound
from paraat.registry.models import Organisation

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group("exercise")
def command() -> None:
    """Exercises: scenarios, plan, start, status, end."""


@command.command("scenarios")
@as_json
def list_scenarios(as_json: bool) -> None:
    """List the scenarios that can be played."""
    rows = [
        {
            "key": one.key,
            "version": one.version,
            "title": dict(one.title),
            "injects": len(one.injects),
            "minutes": one.minutes,
            "parts": [part.key for part in one.parts],
            "sources": list(one.sources),
        }
        for one in scenarios.found().values()
    ]
    if as_json:
        _print({"scenarios": rows})
        return
    table = Table(Column("key", no_wrap=True), "title", "injects", "lasts", "parts")
    for row, one in zip(rows, scenarios.found().values(), strict=True):
        table.add_row(
            one.key,
            one.title["en"],
            str(row["injects"]),
            words(one.minutes),
            " ".join(part.key for part in one.parts),
        )
    Console().print(table)


@command.command("plan")
@click.argument("scenario")
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="PART=ORGANISATION",
    help="Who plays a part (name or NIS number); more than once.",
)
@click.option("--title", default="", help="What it is called; else as the scenario.")
@click.option("--speed", default=1, show_default=True, help="Minutes of the scenario in a minute, 1 to 1440.")
@click.option(
    "--language",
    default="nl",
    show_default=True,
    type=click.Choice(["nl", "fr", "de", "en"]),
    help="Of what comes in for the team.",
)
@as_json
def plan(scenario: str, parts: tuple[str, ...], title: str, speed: int, language: str, as_json: bool) -> None:
    """Plan an exercise of a scenario; its clock stands until it is started."""
    exercise = actions.plan_exercise(
        scenario=scenarios.get(scenario),
        by=operator(),
        parts=dict(_part(one) for one in parts),
        title=title,
        speed=speed,
        language=language,
    )
    _say(exercise, as_json, f"{exercise.number} is planned.")


@command.command("start")
@click.argument("exercise")
@as_json
def start(exercise: str, as_json: bool) -> None:
    """Let the clock of an exercise run."""
    started = actions.start_exercise(exercise=find(exercise), by=operator())
    _say(started, as_json, f"{started.number} runs at {started.speed} times real time.")


@command.command("status")
@click.argument("exercise", required=False)
@as_json
def status(exercise: str | None, as_json: bool) -> None:
    """How far an exercise is; without a number all of them."""
    chosen = [find(exercise)] if exercise else list(Exercise.objects.order_by("-created_at"))
    rows = [status_of(one) for one in chosen]
    if as_json:
        _print({"exercises": rows})
        return
    table = Table("number", "state", "clock", "played", "to come", "failed", "answered")
    for row in rows:
        counts = [str(row[name]) for name in ("played", "to_come", "failed", "answered")]
        table.add_row(row["number"], row["state"], words(row["minute"]), *counts)
    Console().print(table)


@command.command("end")
@click.argument("exercise")
@as_json
def end(exercise: str, as_json: bool) -> None:
    """End an exercise; prints what was measured."""
    ended = actions.end_exercise(exercise=find(exercise), by=operator())
    if as_json:
        _print(ended.report)
        return
    totals = ended.report["totals"]
    click.echo(
        f"{ended.number} is over: {totals['in_time']} answers in time, {totals['late']} late, {totals['never']} never."
    )


def find(exercise: str) -> Exercise:
    """The exercise with this number. Raises NotFound."""
    found: Exercise | None = Exercise.objects.filter(number__iexact=exercise).first()
    if found is None:
        raise NotFound("There is no such exercise", exercise=exercise)
    return found


def _part(text: str) -> tuple[str, Organisation]:
    key, _, name = text.partition("=")
    rows = list(Organisation.objects.real().called(name).filter(active_until=None)[:2]) if name else []
    if len(rows) != 1:
        raise Invalid("Say PART=ORGANISATION, with a name or NIS number that one organisation has", part=text)
    return key, rows[0]


def _say(exercise: Exercise, as_json: bool, text: str) -> None:
    if as_json:
        _print(status_of(exercise))
    else:
        click.echo(text)


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
