"""`paraat feed`: read a list, look at sources, runs and quarantine."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Invalid, NotFound

TITLES = {
    "organisations": "Named for certain",
    "concerned": "Concerned through somebody",
    "perhaps": "Perhaps (to decide)",
}


@click.group("feed")
def command() -> None:
    """Lists and reports of others: read them, see what came of them."""


@command.command("read")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--source",
    "slug",
    help="The source, or the format of one (ddosia, target_text, shadowserver, table). Default: guessed.",
)
@click.option("--name", help="The file's name, when it is read from standard input (-).")
@click.option(
    "--listed-at",
    "--as-of",
    "listed_at",
    metavar="MOMENT",
    help="The moment the list speaks of, 2024-10-08T14:40; UTC unless it says.",
)
@click.option("--exercise", is_flag=True, help="This is an exercise: nothing leaves the house.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def read(
    file: BinaryIO, slug: str | None, name: str | None, listed_at: str | None, exercise: bool, as_json: bool
) -> None:
    """Read FILE (- is standard input): whom it names is told as the policy of its source says."""
    from paraat.feeds import actions
    from paraat.feeds.models import Run
    from paraat.feeds.summary import summary

    given = str(getattr(file, "name", "-"))
    named = name or ("standard input" if given in {"-", "<stdin>"} else Path(given).name)
    moment = _moment(listed_at)
    content = _Seekable(file)
    run = actions.receive_file(
        source=_source(slug, named, content),
        stream=content,
        file_name=named,
        origin=Run.Origin.CLI,
        by=_actor(),
        exercise=exercise,
        listed_at=moment,
    )
    if run.state == Run.State.RECEIVED:
        run = _read(run, quiet=as_json)
    if run.state == Run.State.FAILED:
        raise Invalid(f"{run.file_name}: {run.error}")
    found = summary(run)
    if as_json:
        _print_json(found)
    else:
        _show(run, found)


@command.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(as_json: bool) -> None:
    """The sources: policy, trust, when something last came."""
    from paraat.feeds.models import Source

    fields = [
        "slug",
        "title",
        "format",
        "policy",
        "reliability",
        "credibility",
        "confirmed_at",
        "last_run_at",
        "last_error",
        "active",
    ]
    _list(
        Source.objects.values(*fields),
        fields,
        as_json,
        ["slug", "title", "format", "policy", "last_run_at", "last_error"],
    )


@command.command("runs")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def runs(limit: int, as_json: bool) -> None:
    """The files that came in, newest first."""
    from paraat.feeds.models import Run

    fields = ["id", "source__slug", "file_name", "state", "received_at", "listed_at", "records", "quarantined"]
    fields += ["organisations", "concerned", "perhaps", "unassigned", "exercise", "error"]
    shown = ["source__slug", "file_name", "state", "records", "quarantined", "organisations", "perhaps", "unassigned"]
    _list(Run.objects.values(*fields)[:limit], fields, as_json, shown)


@command.command("quarantine")
@click.option("--run", type=click.UUID, help="Only the rows of this run.")
@click.option("--limit", default=1000, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quarantine(run: UUID | None, limit: int, as_json: bool) -> None:
    """The rows that could not be read and that nobody dealt with: file, row, field, reason."""
    from paraat.observations.models import QuarantinedRow

    found = QuarantinedRow.objects.open()
    fields = ["id", "run", "file_name", "row", "field", "reason", "raw"]
    _list((found.filter(run=run) if run else found).values(*fields)[:limit], fields, as_json)


@command.command("replay")
@click.argument("rows", type=click.UUID, nargs=-1)
@click.option("--run", type=click.UUID, help="All open rows of this run.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(rows: Sequence[UUID], run: UUID | None, as_json: bool) -> None:
    """Play quarantined ROWS (or all of a run) again, after a repair of the parser or the source's mapping."""
    from paraat.feeds import actions
    from paraat.feeds.summary import summary
    from paraat.observations.models import QuarantinedRow

    chosen = list(rows)
    if run:
        chosen += QuarantinedRow.objects.open().filter(run=run).values_list("pk", flat=True)
    again = _read(actions.replay_rows(rows=chosen, by=_actor()), quiet=as_json)
    found = summary(again)
    if as_json:
        _print_json(found)
    else:
        _show(again, found)


@command.command("confirm")
@click.argument("slug", metavar="SOURCE")
def confirm(slug: str) -> None:
    """Say that SOURCE is what it says it is; until then its lists wait for a person."""
    from paraat.feeds import actions

    source = actions.confirm_source(source=_known(slug), by=_actor())
    click.echo(f"{source.title} is confirmed; its policy is: {source.get_policy_display()}.")


class _Seekable:
    """A stream whose beginning can be looked at before it is read, also when it is a pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._head = stream, b""

    def head(self, size: int) -> bytes:
        """Its first bytes."""
        while len(self._head) < size and (more := self._stream.read(size - len(self._head))):
            self._head += more
        return self._head

    def read(self, size: int = -1, /) -> bytes:
        """As any stream, from the first byte."""
        head, self._head = self._head, b""
        return head or self._stream.read(size)


def _source(slug: str | None, file_name: str, content: _Seekable) -> Any:
    """The source of that name. A format's name is a source too, made when it is first used; without any the format is guessed."""
    from paraat.feeds import actions
    from paraat.feeds import sources as known
    from paraat.feeds.models import Source

    name = slug or known.guess(file_name, content.head(known.HEAD))
    if name is None:
        raise Invalid("What is this file? Say it with --source.", file=file_name)
    found = Source.objects.filter(slug=name).first()
    if found is not None:
        return found
    if name not in known.formats():
        raise NotFound("There is no such source (see `paraat feed sources`).", source=name)
    return actions.add_source(slug=name, title=str(known.get(name).title), format=name, by=_actor())


def _known(slug: str) -> Any:
    from paraat.feeds.models import Source

    found = Source.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such source (see `paraat feed sources`).", source=slug)
    return found


def _read(run: Any, *, quiet: bool) -> Any:
    from paraat.feeds import actions

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True, disable=quiet
    ) as progress:
        progress.add_task(f"Reading {run.file_name} ({run.size:,} bytes)", total=None)
        return actions.read_run(run=run)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "--listed-at wants a moment like 2024-10-08T14:40 or 2024-10-08T16:40+02:00.", given=text
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _actor() -> Actor:
    return Actor(ActorKind.SYSTEM, None, f"command line ({getpass.getuser()})")


def _print_json(found: Any) -> None:
    click.echo(json.dumps(found, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None, default=str))


def _show(run: Any, found: dict[str, Any]) -> None:
    console = Console()
    if run.same_as_id:
        console.print(
            f"This file came before, on {run.same_as.received_at:%Y-%m-%d %H:%M} UTC; nobody is told again. It said:"
        )
    console.print(f"{run.file_name}: {found['records']} records, {found['quarantined']} quarantined")
    for place, title in TITLES.items():
        if found[place]:
            _table(console, title, found[place])
    if found["unassigned"]:
        console.print("Nobody owns: " + ", ".join(found["unassigned"]))


def _table(console: Console, title: str, lines: list[dict[str, Any]]) -> None:
    table = Table("NIS", "Kind", "Name", "Hosts", title=title, title_justify="left")
    for line in lines:
        table.add_row(line["nis"], line["kind"], line["name"], ", ".join(line["hosts"]))
    console.print(table)


def _list(rows: Any, fields: list[str], as_json: bool, shown: Sequence[str] = ()) -> None:
    """All fields as JSON; those `shown` (all when none is named) as a table."""
    if as_json:
        _print_json([{name.replace("__slug", ""): row[name] for name in fields} for row in rows])
        return
    table = Table(*(name.replace("__slug", "").replace("_", " ") for name in shown or fields))
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name])[:80] for name in shown or fields))
    Console().print(table)
