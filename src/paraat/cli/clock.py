"""`paraat clock`: compute statutory moments (needs no database), and list what is due."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.alerts.rules.night import ZONE
from paraat.incidents import regimes
from paraat.incidents.rules import clocks
from paraat.incidents.rules.given import WrongFact, check_names, read_facts
from paraat.incidents.rules.regimes import Regime, WrongRegime
from paraat.platform import configuration, database, embedded

DATABASE = False
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


class WrongInput(click.ClickException):
    """What was asked cannot be computed: one sentence that names it, exit code 2."""

    exit_code = 2


@click.group("clock")
def command() -> None:
    """Statutory clocks: compute, list, regimes."""


@command.command("compute")
@click.option("--regime", "name", required=True, help="Which regime: nis2-be, gdpr ...")
@click.option("--version", default="", help="Which version of it; without: the one in force when the first fact was.")
@click.option("--fact", "given", multiple=True, metavar="NAME=MOMENT", help="A fact: aware=2026-01-30T23:30+01:00.")
@click.option("--kind", default="", help="The organisation's kind (municipality, police_zone ...), for the recipient.")
@click.option("--region", default="", help="Its region (02000 is Flanders), for the recipient.")
@as_json
def compute(name: str, version: str, given: Sequence[str], kind: str, region: str, as_json: bool) -> None:
    """Print every step of a regime with the moment that it is due, in the time of Brussels."""
    try:
        facts = read_facts(given)
        regime = _regime(name, version, facts)
        check_names(regime, facts)
    except (WrongFact, regimes.UnknownRegime, WrongRegime) as error:
        raise WrongInput(str(error)) from error
    steps = clocks.compute(regime, facts, kind=kind, region=region)
    if as_json:
        click.echo(json.dumps([_step(one) for one in steps], ensure_ascii=False))
    else:
        _print(regime, steps)


@command.command("regimes")
@as_json
def list_regimes(as_json: bool) -> None:
    """List the regimes and their versions, with their sources."""
    rows = [_regime_row(one) for versions in regimes.all_versions().values() for one in versions]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("regime", "version", "title", "source")
    for row in rows:
        table.add_row(row["regime"], row["version"], row["title"], row["source"])
    Console().print(table)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was submitted or is not needed.")
@as_json
def list_clocks(everything: bool, as_json: bool) -> None:
    """List the steps that are due, first one first."""
    if embedded.wanted():
        embedded.start()
    if not configuration.is_production():
        database.ensure_migrated()
    from paraat.incidents.models import ClockStep

    steps = ClockStep.objects.select_related("clock", "clock__case", "organisation")
    steps = steps if everything else steps.open()
    rows = [_due_row(step) for step in steps.order_by("due_at", "position", "pk")]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("due", "organisation", "case", "regime", "step", "state", "submitted")
    for row in rows:
        table.add_row(
            *(
                str(row[name] or "")
                for name in ("due", "organisation", "case", "regime", "step", "state", "submitted_at")
            )
        )
    Console().print(table)


def _regime(name: str, version: str, facts: Mapping[str, datetime]) -> Regime:
    day = min(facts.values(), default=datetime.now(UTC)).astimezone(ZONE).date()
    return regimes.get(name, version) if version else regimes.current(name, day)


# Printing --------------------------------------------------------------------------------------------------------------------------


def _step(one: clocks.Due) -> dict[str, Any]:
    return {
        "step": one.step.key,
        "due": one.due.isoformat() if one.due else None,
        "recipient": one.recipient,
        "article": one.step.article,
    }


def _print(regime: Regime, steps: Sequence[clocks.Due]) -> None:
    table = Table("step", "due", "recipient", "article", title=f"{regime.title['en']}, version {regime.version}")
    for one in steps:
        table.add_row(one.step.title["en"], _when(one), one.recipient, one.step.article)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _when(one: clocks.Due) -> str:
    if one.due:
        return one.due.isoformat()
    return f"once {one.step.counts_from!r} is known" if one.starts is None else "without undue delay"


def _regime_row(one: Regime) -> dict[str, str]:
    return {
        "regime": one.key,
        "version": one.version,
        "in_force_from": one.in_force_from.isoformat(),
        "title": one.title["en"],
        "source": one.source,
        "verified": one.verified,
    }


def _due_row(step: Any) -> dict[str, Any]:
    return {
        "clock": str(step.clock_id),
        "organisation": step.organisation.name,
        "case": step.clock.case.number if step.clock.case else None,
        "regime": step.clock.regime,
        "step": step.key,
        "due": step.due_at.astimezone(ZONE).isoformat() if step.due_at else None,
        "state": step.clock.state,
        "submitted_at": step.submitted_at.isoformat() if step.submitted_at else None,
        "recipient": step.recipient or step.clock.recipient,
        "article": step.article,
        "exercise": step.exercise,
    }
