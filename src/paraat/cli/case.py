"""`paraat case`: list, show, open and move cases, and add to their timeline."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.cli.alert import operator
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.states import move_case
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, TimelineEntry
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import Tlp
from paraat.registry.naming import the_one

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
LEVELS = {level.label.removeprefix("TLP:"): level for level in Tlp}


@click.group("case")
def command() -> None:
    """Cases: list, show, open, move, timeline."""


@command.command("list")
@as_json
@click.option("--state", type=click.Choice(Case.State.values), help="Only those in this state.")
@click.option("--active", is_flag=True, help="Only those that somebody works on.")
@click.option("--search", "words", default="", help="Only those with these words, or words that begin so.")
@click.option("--exercise/--real", default=None, help="Only exercises, or only real ones.")
@click.option("--limit", default=200, show_default=True, help="At most so many.")
def list_cases(as_json: bool, state: str | None, active: bool, words: str, exercise: bool | None, limit: int) -> None:
    """List cases, the worst first."""
    cases = Case.objects.order_by("rank", "-opened_at", "pk").filter(Case.objects.matching(words))
    cases = cases.filter(state=state) if state else cases
    cases = cases.open() if active else cases
    cases = cases if exercise is None else cases.filter(exercise=exercise)
    rows = [_summary(case) for case in cases[:limit]]
    if as_json:
        click.echo(json.dumps({"cases": rows}, ensure_ascii=False))
        return
    table = Table("number", "state", "severity", "TLP", "victim", "class", "title")
    for row in rows:
        shown = ("number", "state", "severity", "tlp", "victim", "classification", "title")
        table.add_row(*(str(row[name]) for name in shown))
    Console().print(table)


@command.command("show")
@click.argument("case")
@as_json
def show(case: str, as_json: bool) -> None:
    """Show one case (number or id) with its timeline."""
    one = find(case)
    entries = one.timeline.order_by("known_at", "recorded_at", "pk")
    content = _summary(one) | {"summary": one.summary, "timeline": [_entry(entry) for entry in entries]}
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    console = Console()
    console.print(
        f"{one.number}  {one.title}, {one.victim}  ({one.get_state_display()}, {content['tlp']})", highlight=False
    )
    table = Table("known", "happened", "kind", "TLP", "text")
    for row in content["timeline"]:
        table.add_row(row["known_at"], row["happened_at"] or "", row["kind"], row["tlp"], row["text"])
    console.print(table)


@command.command("open")
@click.argument("organisation")
@click.argument("title")
@click.option("--class", "classification", default="other.undetermined", show_default=True, help="RSIT, class.type.")
@click.option("--severity", type=click.IntRange(0, 5), default=3, show_default=True, help="How bad it is.")
@click.option("--tlp", type=click.Choice(list(LEVELS)), default="AMBER", show_default=True, help="Who may read it.")
@click.option("--exercise", is_flag=True, help="Nothing of it leaves the house.")
@click.option("--aware-at", help="When the victim became aware (ISO 8601 with its offset): its clocks count from it.")
@as_json
def open_one(
    organisation: str,
    title: str,
    classification: str,
    severity: int,
    tlp: str,
    exercise: bool,
    aware_at: str | None,
    as_json: bool,
) -> None:
    """Open a case for an organisation (exact name, NIS or KBO number)."""
    case = open_case(
        organisation=the_one(organisation),
        title=title,
        by=operator(),
        classification=classification,
        severity=severity,
        tlp=LEVELS[tlp],
        exercise=exercise,
        aware_at=_moment(aware_at),
    )
    click.echo(json.dumps(_summary(case), ensure_ascii=False) if as_json else f"{case.number} is open.")


@command.command("move")
@click.argument("case")
@click.argument("state", type=click.Choice([one for one in Case.State.values if one != "merged"]))
@click.option("--reason", default="", help="Why; needed to close, to reopen and to go back.")
@as_json
def move(case: str, state: str, reason: str, as_json: bool) -> None:
    """Move a case to another state."""
    one = move_case(case=find(case), to=state, by=operator(), because=reason)
    click.echo(
        json.dumps(_summary(one), ensure_ascii=False) if as_json else f"{one.number}: {one.get_state_display()}."
    )


@command.command("timeline")
@click.argument("case")
@click.argument("text")
@click.option("--happened-at", help="When it happened (ISO 8601 with its offset).")
@click.option("--known-at", help="When we learnt of it; now if left out.")
@click.option("--tlp", type=click.Choice(list(LEVELS)), help="Who may read it; as the case if left out.")
@as_json
def timeline(
    case: str, text: str, happened_at: str | None, known_at: str | None, tlp: str | None, as_json: bool
) -> None:
    """Add to the timeline of a case."""
    one = find(case)
    entry = add_entry(
        case=one,
        text=text,
        by=operator(),
        happened_at=_moment(happened_at),
        known_at=_moment(known_at),
        tlp=LEVELS[tlp] if tlp else None,
    )
    click.echo(json.dumps(_entry(entry), ensure_ascii=False) if as_json else f"Added to {one.number}.")


def find(words: str) -> Case:
    """The case with this number or id; NotFound for none."""
    found = Case.objects.filter(number__iexact=words.strip()).first()
    if found is None and len(words) == 36:
        found = Case.objects.filter(pk=words).first()
    if found is None:
        raise NotFound("There is no such case", case=words)
    one: Case = found
    return one


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("Give the moment as ISO 8601 with its offset", moment=text)
    return at.astimezone(UTC)


def _summary(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "number": case.number,
        "title": case.title,
        "victim": case.victim,
        "organisation": str(case.organisation_id),
        "state": case.state,
        "severity": case.severity,
        "confidence": case.confidence,
        "classification": case.classification,
        "tlp": Tlp(case.tlp).label,
        "exercise": case.exercise,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "version": case.version,
    }


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "kind": entry.kind,
        "text": entry.text,
        "happened_at": entry.happened_at.isoformat() if entry.happened_at else None,
        "known_at": entry.known_at.isoformat(),
        "recorded_by": entry.recorded_by,
        "corrects": str(entry.corrects_id) if entry.corrects_id else None,
        "tlp": Tlp(entry.tlp).label,
    }
