"""`paraat journal`: is the journal whole, and where do its chains end?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from paraat.platform import journal


@click.group("journal")
def command() -> None:
    """The journal: verify its chains, export their ends."""


@command.command()
@click.option(
    "--heads", "known", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Heads exported earlier."
)
def verify(known: Path | None) -> None:
    """Look for entries that were changed, cut out or rewritten. Exit code 1 when there are any."""
    earlier = journal.read_heads(_json(known.read_text(encoding="utf-8"))) if known else None
    broken = 0
    for found in journal.verify(earlier):
        broken += 1
        click.echo(f"chain {found.chain} entry {found.seq}: {found.what}")
    ends = journal.heads()
    click.echo(f"{sum(head.seq for head in ends)} entries in {len(ends)} chains, {broken} breaks")
    sys.exit(1 if broken else 0)


def _json(text: str) -> str:
    """The export itself, when somebody saved the whole mail it came in."""
    start, end = text.find("["), text.rfind("]")
    return text[start : end + 1] if start >= 0 else text


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for `journal verify --heads`.")
def heads(as_json: bool) -> None:
    """The end of every chain. Keep them where nobody of this installation can change them."""
    ends = journal.heads()
    if as_json:
        click.echo(journal.export(ends))
        return
    for head in ends:
        click.echo(f"{head.chain} {head.seq} {head.hash}")


@command.command()
def send() -> None:
    """Mail the heads to PARAAT_JOURNAL_HEADS_TO now, as the daily job does."""
    from paraat.accounts.jobs import mail_heads
    from paraat.kernel.errors import SettingError

    outcome = mail_heads()
    if outcome is None:
        raise SettingError("PARAAT_JOURNAL_HEADS_TO is missing: there is nobody to send the heads to.")
    click.echo(f"{outcome.state}{' (stayed in the house)' if outcome.in_house else ''}")
