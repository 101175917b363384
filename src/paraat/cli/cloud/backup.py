"""`paraat cloud backup`: keep what a tenant holds, look at what is kept, check it, and tell the key."""

from __future__ import annotations

import json
from typing import Any

import click

from paraat.cli.alert import operator
from paraat.cloud import keeping, telling
from paraat.cloud.actions import backups
from paraat.cloud.models import Backup
from paraat.kernel.errors import Conflict


@click.command("backup")
@click.argument("tenant")
@click.option("--reason", "--because", "because", default="by hand", help="Why; it is kept with the backup.")
@click.option("--list", "only_list", is_flag=True, help="Make none: list those that are kept.")
@click.option(
    "--check",
    "check",
    is_flag=True,
    help="Make none: have restic read the whole repository and say whether it is sound.",
)
@click.option(
    "--key",
    "key",
    is_flag=True,
    help="Make none: print the key of the repository. Needs --because, which is kept with your name.",
)
@click.option(
    "--every",
    type=click.IntRange(0, 720),
    help="Make none: back it up every so many hours from now on; 0: only by hand.",
)
@click.option("--background", is_flag=True, help="Leave the work to the workers of `paraat up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    tenant: str,
    because: str,
    only_list: bool,
    check: bool,
    key: bool,
    every: int | None,
    background: bool,
    as_json: bool,
) -> None:
    """Keep what TENANT (number, name or organisation) holds, in a repository of its own, by restic."""
    found = telling.find(tenant)
    if key:
        if because == "by hand":
            raise Conflict("Say why with --because: whoever has the key and the repository reads everything")
        click.echo(backups.disclose_key(tenant=found, by=operator(), because=because))
    elif every is not None:
        backups.plan_backups(tenant=found, every_hours=every, by=operator())
    elif check:
        keeping.check(found, read="100%")
        click.echo(json.dumps({"sound": True}) if as_json else "Whole, every byte of it.")
    elif only_list:
        show([*found.backups.filter(forgotten_at=None)], as_json)
    elif background:
        show([backups.back_up(tenant=found, by=operator(), because=because)], as_json)
    else:
        show([keeping.back_up_now(tenant=found, by=operator(), because=because)], as_json)


def show(rows: list[Backup], as_json: bool) -> None:
    """Backups, the newest first."""
    if as_json:
        click.echo(json.dumps([summary(one) for one in rows], ensure_ascii=False))
        return
    for one in rows:
        kept = f"{one.snapshot[:8] or '-':9}{one.began_at:%Y-%m-%d %H:%M}  {one.state:8}{one.files:>9} files"
        click.echo(f"{kept} {one.bytes:>14} bytes  {one.because}")


def summary(one: Backup) -> dict[str, Any]:
    """A backup in one line of JSON."""
    return {
        "id": str(one.pk),
        "snapshot": one.snapshot,
        "state": one.state,
        "began_at": one.began_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "bytes": one.bytes,
        "files": one.files,
        "digest": one.digest,
        "because": one.because,
        "checked_at": one.checked_at.isoformat() if one.checked_at else None,
        "error": one.error,
    }
