"""`paraat programme`: programmes and co-funding; who takes part, the money, the history and the figures."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.cli.alert import operator
from paraat.kernel.errors import Invalid, NotFound
from paraat.platform import moment
from paraat.readiness import figures as reckoned
from paraat.readiness.actions import programmes_answers, programmes_import, programmes_money, programmes_steps
from paraat.readiness.models import Participation, Programme, ProgrammeFault
from paraat.readiness.programmes import rules_in_words, rules_of, title
from paraat.readiness.rules import rungs
from paraat.readiness.rules.cofunding import euro
from paraat.readiness.rules.history import Fault
from paraat.registry.models import Organisation

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
_DAY = click.DateTime(["%Y-%m-%d"])
on_day = click.option("--on", "on", type=_DAY, help="On which day; today when left out.")
of_turn = click.option("--turn", default=1, show_default=True, type=click.IntRange(1, 2), help="2 is an extra one.")


@click.group("programme")
def command() -> None:
    """Programmes and co-funding: list, show, sign-up, step, commit, pay, import, figures."""


@command.command("list")
@as_json
def list_programmes(as_json: bool) -> None:
    """List the programmes with their rules and this year's budget."""
    rows = [_summary(one) for one in Programme.objects.prefetch_related("budgets")]
    if as_json:
        _print({"programmes": rows})
        return
    table = Table("key", "title", "rules", "year", "budget", "committed", "paid")
    for row in rows:
        for budget in row["budgets"][:1] or [{}]:
            money = [str(budget.get(name, "")) for name in ("year", "amount", "committed", "paid")]
            table.add_row(row["key"], row["title"], " ".join(row["rules"]), *money)
    Console().print(table)


@command.command("show")
@click.argument("programme")
@as_json
def show(programme: str, as_json: bool) -> None:
    """Show one programme (its key): rules, budgets, waiting list and who takes part."""
    one = find(programme)
    rows = (
        one.participations.filter(exercise=False).select_related("organisation").order_by("organisation__name", "turn")
    )
    content = _summary(one) | {
        "waiting": [row.organisation.name for row in programmes_money.waiting(one)],
        "participations": [_participation(row) for row in rows.prefetch_related("commitments")],
    }
    if as_json:
        _print(content)
        return
    click.echo(f"{content['title']} ({one.key}). {' '.join(content['rules'])}")
    for budget in content["budgets"]:
        click.echo(
            f"{budget['year']}: {budget['committed']} of {budget['amount']} euro committed, {budget['paid']} paid."
        )
    table = Table("NIS", "name", "turn", "state", "step", "committed", "paid")
    for row in content["participations"]:
        table.add_row(*(str(row[name]) for name in ("nis", "name", "turn", "state", "step", "committed", "paid")))
    Console().print(table)


@command.command("sign-up")
@click.argument("programme")
@click.argument("organisation")
@click.option("--price", help="Of the offer, in euro, VAT included.")
@on_day
@of_turn
@as_json
def sign_up(
    programme: str, organisation: str, price: str | None, on: datetime | None, turn: int, as_json: bool
) -> None:
    """Sign an organisation (name or NIS number) up; without money left it joins the waiting list."""
    taking = programmes_answers.sign_up(
        programme=find(programme), organisation=_town(organisation), by=operator(), price=_euro(price), on=_day(on), turn=turn
    )  # fmt: skip
    waits = taking.state == Participation.State.WAITING
    _say(taking, as_json, "It is on the waiting list." if waits else "It takes part.")


@command.command("step")
@click.argument("programme")
@click.argument("organisation")
@click.argument("name", type=click.Choice([one for one in rungs.RUNGS if one not in programmes_steps.OWN_WAY]))
@on_day
@of_turn
@as_json
def step(programme: str, organisation: str, name: str, on: datetime | None, turn: int, as_json: bool) -> None:
    """Record that a step was reached; `sign-up` and `pay` are commands of their own."""
    taking = _taking(programme, organisation, turn)
    programmes_steps.record_step(participation=taking, name=name, by=operator(), on=_day(on))
    _say(taking, as_json, f"{name}: recorded.")


@command.command("commit")
@click.argument("programme")
@click.argument("organisation")
@click.argument("price")
@of_turn
@as_json
def commit(programme: str, organisation: str, price: str, turn: int, as_json: bool) -> None:
    """Commit our part of the actual PRICE, by the rules, in place of what was set aside."""
    taking = _taking(programme, organisation, turn)
    made = programmes_money.commit_price(participation=taking, price=_euro(price) or Decimal(0), by=operator())
    _say(taking, as_json, f"{made.amount} euro is committed.")


@command.command("pay")
@click.argument("programme")
@click.argument("organisation")
@click.option("--amount", help="In euro; what is committed when left out.")
@on_day
@of_turn
@as_json
def pay(programme: str, organisation: str, amount: str | None, on: datetime | None, turn: int, as_json: bool) -> None:
    """Record a payment; what is committed and not paid comes free."""
    taking = _taking(programme, organisation, turn)
    paid = programmes_money.pay(participation=taking, by=operator(), on=_day(on), amount=_euro(amount))
    _say(taking, as_json, f"{paid.amount} euro is paid.")


# History and figures --------------------------------------------------------------------------------------------------------------
@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@as_json
def import_file(file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Import a history from CSV or XLSX: nis, programme, step, date (YYYY-MM-DD), as given. Bad rows are named and kept; exit code 1 if any."""
    name = Path(file.name).name
    outcome = programmes_import.import_history(content=file.read(), file_name=name, by=operator(), dry_run=dry_run)
    if as_json:
        _print(outcome.as_data())
    else:
        click.echo(_report(outcome))
    if outcome.faults:
        sys.exit(1)


@command.command("quarantine")
@as_json
def quarantine(as_json: bool) -> None:
    """List the rows of imported histories that could not be taken and that nobody left out."""
    rows = [
        {
            "file": one.file_name,
            "row": one.row,
            "field": one.field,
            "reason": one.reason,
            "raw": one.raw,
            "since": one.at,
        }
        for one in ProgrammeFault.objects.filter(settled_at=None)
    ]
    if as_json:
        _print({"rows": rows})
        return
    click.echo("\n".join(_line(row) for row in rows) or "Nothing is in quarantine.")


@command.command("figures")
@click.option("--as-of", type=_DAY, help="As of that day; today when left out.")
@as_json
def figures(as_of: datetime | None, as_json: bool) -> None:
    """Print the figures as of a day: per programme and step the count, the denominator, the definition and the source; unions of two programmes."""
    seen = reckoned.picture(_day(as_of))
    if as_json:
        _print(reckoned.as_data(seen))
        return
    table = Table("programme", "step", "count", "at least", "of")
    for one in reckoned.figures_of(seen):
        table.add_row(one.programme, one.step, str(one.count), str(one.at_least), str(one.denominator))
    both = Table(Column("union", no_wrap=True), "step", "one or both", "both", "only first", "only second", "of")
    for over in reckoned.unions(seen):
        sets = over.recorded
        sizes = [len(one) for one in (sets.union, sets.both, sets.only_first, sets.only_second)]
        both.add_row(over.name, over.step, *map(str, sizes), str(over.denominator))
    console = Console()
    console.print(table)
    console.print(both)
    click.echo(f"{reckoned.denominator_words(seen)} {len(seen.people)}. {reckoned.merged_words()}")
    for key, source in seen.sources.items():
        click.echo(f"{key}: {source}")


# Finding and printing -------------------------------------------------------------------------------------------------------------
def find(programme: str) -> Programme:
    """The programme with this key. Raises NotFound."""
    found: Programme | None = Programme.objects.filter(key=programme.lower()).first()
    if found is None:
        raise NotFound("There is no such programme", programme=programme)
    return found


def _town(name: str) -> Organisation:
    rows = Organisation.objects.real().constituents().called(name).as_of(moment.today())
    found: list[Organisation] = list(rows[:9])
    towns = [one for one in found if one.kind == Organisation.Kind.MUNICIPALITY]
    chosen = found if len(found) == 1 else towns
    if len(chosen) != 1:
        raise Invalid("Give a name or NIS number that one organisation has", organisation=name)
    return chosen[0]


def _taking(programme: str, organisation: str, turn: int) -> Participation:
    rows = Participation.objects.filter(programme=find(programme), organisation=_town(organisation), turn=turn)
    found: Participation | None = rows.filter(exercise=False).first()
    if found is None:
        raise NotFound("It does not take part in this programme", organisation=organisation, programme=programme)
    return found


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _euro(text: str | None) -> Decimal | None:
    return None if text is None else euro(text)


def _summary(one: Programme) -> dict[str, Any]:
    budgets = [
        {"year": row.year, "amount": row.amount, "committed": row.committed, "paid": row.paid}
        for row in one.budgets.all()
    ]
    said = rules_in_words(rules_of(one))
    return {"key": one.key, "title": title(one), "rules": said, "closed": one.closed_at, "budgets": budgets}


def _participation(row: Participation) -> dict[str, Any]:
    money = [one for one in row.commitments.all() if one.state != "released"]
    return {
        "id": row.pk,
        "nis": row.organisation.nis,
        "name": row.organisation.name,
        "turn": row.turn,
        "state": row.state,
        "step": row.step,
        "committed": money[0].amount if money else None,
        "paid": money[0].amount if money and money[0].state == "paid" else None,
    }


def _report(outcome: programmes_import.Outcome) -> str:
    did = "would be" if outcome.dry_run else "were"
    lines = [
        f"{outcome.file_name}: {outcome.rows} rows; {outcome.new} {did} recorded, {outcome.unchanged} are there already."
    ]
    if outcome.programmes:
        lines.append(f"Programmes that {did} made: {', '.join(outcome.programmes)}.")
    if outcome.settled:
        lines.append(f"{outcome.settled} rows {did} taken out of quarantine.")
    if outcome.left_out:
        lines.append(f"{outcome.left_out} rows stay left out, as somebody decided.")
    if not outcome.changed:
        lines.append("Nothing changed.")
    if outcome.faults:
        lines.append(
            f"{len(outcome.faults)} rows cannot be taken; they {'would go' if outcome.dry_run else 'are'} in quarantine:"
        )
    return "\n".join([*lines, *(_line({"file": outcome.file_name, **_fault(one)}) for one in outcome.faults)])


def _fault(fault: Fault) -> dict[str, Any]:
    return {"row": fault.row, "field": fault.field, "reason": fault.reason, "raw": dict(fault.raw)}


def _line(row: dict[str, Any]) -> str:
    where = f", {row['field']}" if row["field"] else ""
    return f"  {row['file']}, row {row['row']}{where}: {row['reason']}  [{', '.join(str(one) for one in row['raw'].values())}]"


def _say(taking: Participation, as_json: bool, text: str) -> None:
    taking.refresh_from_db()
    if as_json:
        _print(_participation(taking))
    else:
        click.echo(f"{taking.organisation.name}: {text}")


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
