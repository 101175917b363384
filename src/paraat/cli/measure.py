"""`paraat measure`: measures listed, planned, said to be done, verified by another person, dropped, and told to a council."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.accounts.models import User
from paraat.cli.alert import operator
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.readiness import council
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.actions.measures_evidence import add_measure_evidence
from paraat.readiness.actions.measures_reports import note_council_report
from paraat.readiness.actions.measures_states import drop_measure, finish_measure, verify_measure
from paraat.readiness.models import Measure
from paraat.readiness.rules import measures as rules
from paraat.registry.models import Organisation
from paraat.registry.naming import the_one

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
as_whom = click.option(
    "--as", "account", default="", metavar="ADDRESS", help="The account in whose name it is done; else whoever types."
)
HOUSE = Viewer(roles=frozenset({Role.COORDINATOR}))
"""The command line reads everything."""


@click.group("measure")
def command() -> None:
    """Measures: list, show, plan, done, verify, drop, report."""


@command.command("list")
@click.option("--organisation", default="", help="Of this organisation (name, NIS or KBO number).")
@click.option("--state", default="", type=click.Choice(["", "open", *Measure.State.values]), help="In this state.")
@click.option("--late", is_flag=True, help="Those that are late.")
@as_json
def list_measures(organisation: str, state: str, late: bool, as_json: bool) -> None:
    """List measures by due day."""
    rows = Measure.objects.select_related("organisation", "owner").order_by("due_on", "pk")
    rows = rows.filter(organisation=_organisation(organisation)) if organisation else rows
    rows = rows.open() if state == "open" else rows.filter(state=state) if state else rows
    rows = rows.open().filter(due_on__lt=moment.today()) if late else rows
    found = [_as_dict(row) for row in rows]
    if as_json:
        _print({"measures": found})
        return
    table = Table(
        Column("number", no_wrap=True), "organisation", "what", "state", Column("due", no_wrap=True), "late", "who"
    )
    for one in found:
        late_by = str(one["days_late"] or "")
        table.add_row(
            one["number"],
            one["organisation"],
            one["title"],
            one["state"],
            str(one["due_on"] or ""),
            late_by,
            one["owner"],
        )
    Console().print(table)


@command.command("show")
@click.argument("measure")
@as_json
def show(measure: str, as_json: bool) -> None:
    """Show a measure with its proofs and what happened."""
    row = find(measure)
    whole = _as_dict(row) | {
        "text": row.text,
        "proofs": list(row.evidence.values("revision", "name", "digest", "size", "added_at", "added_by")),
        "history": list(row.changes.values("deed", "state_is", "because", "at", "by")),
        "reminders": list(
            row.reminders.filter(fired_at=None, cancelled_at=None).order_by("due_at").values("rung", "due_at")
        ),
    }
    if as_json:
        _print(whole)
        return
    click.echo(f"{row.number} {row.title} ({row.organisation.name}): {row.state}")
    for one in whole["proofs"]:
        click.echo(f"  proof {one['revision']}: {one['name']} sha256 {one['digest']}")
    for one in whole["history"]:
        click.echo(f"  {one['at']:%Y-%m-%d %H:%M} {one['by']}: {one['deed']} {one['because']}")


@command.command("plan")
@click.argument("organisation")
@click.argument("title")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="By which day.")
@click.option("--owner", default="", help="Which function does it.")
@click.option("--cost", type=Decimal, help="Euro, once.")
@click.option("--every", type=click.IntRange(1, 120), help="Comes back after so many months.")
@click.option(
    "--topic", default="other", type=click.Choice(Measure.Topic.values), show_default=True, help="What it is about."
)
@as_whom
@as_json
def plan(
    organisation: str,
    title: str,
    due: datetime | None,
    owner: str,
    cost: Decimal | None,
    every: int | None,
    topic: str,
    account: str,
    as_json: bool,
) -> None:
    """Plan a measure of an organisation."""
    row = plan_measure(
        organisation=_organisation(organisation),
        title=title,
        owner_name=owner,
        due_on=due.date() if due else None,
        cost=cost,
        every=every,
        topic=topic,
        by=_actor(account),
    )
    _say(row, as_json, f"{row.number} is planned.")


@command.command("done")
@click.argument("measure")
@click.option("--because", default="", help="How it was done.")
@click.option("--proof", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file that shows it.")
@as_whom
@as_json
def done(measure: str, because: str, proof: Path | None, account: str, as_json: bool) -> None:
    """Say that a measure is done; another person verifies it."""
    row, by = find(measure), _actor(account)
    if proof is not None:
        with proof.open("rb") as stream:
            add_measure_evidence(measure=row, name=proof.name, stream=stream, by=by)
    finish_measure(measure=row, by=by, because=because)
    _say(row, as_json, f"{row.number} is said to be done.")


@command.command("verify")
@click.argument("measure")
@click.option("--because", default="", help="How you saw it; wanted where there is no proof.")
@as_whom
@as_json
def verify(measure: str, because: str, account: str, as_json: bool) -> None:
    """Say that you saw that a measure is done. Refused for who said that it is."""
    row = verify_measure(measure=find(measure), by=_actor(account), because=because)
    _say(row, as_json, f"{row.number} is verified.")


@command.command("drop")
@click.argument("measure")
@click.option("--because", required=True, help="Why it will not be done.")
@as_whom
@as_json
def drop(measure: str, because: str, account: str, as_json: bool) -> None:
    """Drop a measure, with a reason."""
    row = drop_measure(measure=find(measure), by=_actor(account), because=because)
    _say(row, as_json, f"{row.number} is dropped.")


@command.command("report")
@click.argument("organisation")
@click.option(
    "--language", default="", type=click.Choice(["", *council.LANGUAGES]), help="Else the organisation's first."
)
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write the PDF here.")
@as_json
def report(organisation: str, language: str, pdf: Path | None, as_json: bool) -> None:
    """The report for a council: what was promised, what is done, what is late and why."""
    of = _organisation(organisation)
    figures, chosen = council.figures_of(of, HOUSE), council.language_for(of, language)
    words = council.content(of, figures, chosen)
    if pdf is not None:
        pdf.write_bytes(council.pdf(of, figures, chosen))
        note_council_report(organisation=of, language=chosen, by=operator())
    if as_json:
        counts = {
            name: getattr(figures, name)
            for name in ("promised", "verified", "said", "on_time", "late", "dropped", "waiting")
        }
        _print({"organisation": of.name, "language": chosen, "figures": counts, "report": words})
        return
    click.echo(words["title"])
    for line in (*words["lead"], "", words["late_title"], *words["late"]):
        click.echo(line)


def find(measure: str) -> Measure:
    """The measure with this number. Raises NotFound."""
    rows = Measure.objects.select_related("organisation", "owner")
    found: Measure | None = rows.filter(number=measure.upper()).first()
    if found is None:
        raise NotFound("There is no such measure", number=measure)
    return found


def _organisation(words: str) -> Organisation:
    """The one organisation with this name, NIS or KBO number that exists today. Raises NotFound."""
    found: Organisation = the_one(words, Organisation.objects.real().filter(active_until=None))
    return found


def _actor(account: str) -> Actor:
    """The account that was named; else whoever types, so that one machine account is one person."""
    if not account:
        return operator()
    user = User.objects.filter(email__iexact=account, is_active=True).first()
    if user is None:
        raise NotFound("There is no such account", account=account)
    return Actor(ActorKind.USER, user.pk, str(user))


def _as_dict(row: Measure) -> dict[str, Any]:
    return {
        "number": row.number,
        "organisation": row.organisation.name,
        "title": row.title,
        "state": row.state,
        "owner": row.owner.name if row.owner else row.owner_name,
        "due_on": row.due_on,
        "days_late": rules.days_late(row.state, row.due_on, moment.today()),
        "cost": row.cost,
        "every": row.every,
        "done_by": row.done_by,
        "verified_by": row.verified_by,
        "exercise": row.exercise,
    }


def _say(row: Measure, as_json: bool, said: str) -> None:
    if as_json:
        _print(_as_dict(row))
    else:
        click.echo(said)


def _print(value: Any) -> None:
    click.echo(json.dumps(value, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
