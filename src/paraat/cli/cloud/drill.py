"""`paraat cloud drill`: lose everything in a throw-away tenant, bring it back, and measure how long that took."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from paraat.cli.alert import operator
from paraat.cloud import drill_papers, drilling
from paraat.cloud.actions import drills
from paraat.cloud.models import Drill
from paraat.cloud.rules import recovery
from paraat.kernel.errors import ParaatError
from paraat.registry.naming import the_one


class NotPassed(ParaatError):
    """The drill did not pass."""


@click.command("drill")
@click.argument("organisation")
@click.option("--services", default="", help="Names of the catalog with commas, or all; those prepared if left out.")
@click.option("--reason", "--because", "because", default="by hand", help="Why; it is kept.")
@click.option(
    "--sample-mb",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="Megabytes of sample data, without a backup.",
)
@click.option("--exercise", is_flag=True, help="As part of an exercise.")
@click.option(
    "--certificate", "paper", type=click.Path(dir_okay=False, path_type=Path), help="Write the certificate (PDF) here."
)
@click.option("--background", is_flag=True, help="Leave the work to the workers of `paraat up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    organisation: str,
    services: str,
    because: str,
    sample_mb: int,
    exercise: bool,
    paper: Path | None,
    background: bool,
    as_json: bool,
) -> None:
    """Lose and restore everything for ORGANISATION (name, NIS or KBO number) in a throw-away tenant: its newest backup, else sample data."""
    names = [name.strip() for name in services.split(",") if name.strip()]
    asked = drills.drill(
        organisation=the_one(organisation),
        by=operator(),
        because=because,
        services=names,
        exercise=exercise,
        enqueue=background,
    )
    found = asked if background else drilling.run_drill(asked.pk, sample=sample_mb * recovery.MEGABYTE)
    click.echo(json.dumps(summary(found), ensure_ascii=False) if as_json else line(found))
    if found.state == Drill.State.FAILED:
        raise NotPassed(found.error)
    if paper is not None:
        paper.write_bytes(drill_papers.certificate(found, language="en"))


def summary(one: Drill) -> dict[str, Any]:
    """A drill in one line of JSON."""
    found = recovery.recovery(drills.times(one), one.bytes)
    moments = ("requested_at", "started_at", "healthy_at", "restored_at", "verified_at", "lost_at", "gone_at")
    return {
        "id": str(one.pk),
        "number": one.number,
        "organisation": one.organisation.name,
        "state": one.state,
        "exercise": one.exercise,
        "sample": one.sample,
        "services": one.services,
        "because": one.because,
        **{name: at.isoformat() if (at := getattr(one, name)) else None for name in moments},
        "seconds": {leg.name: round(leg.seconds, 3) for leg in found.legs},
        "rto_seconds": found.seconds,
        "rto_minutes": found.minutes,
        "target_minutes": one.target_rto_minutes,
        "within_target": recovery.within(found.minutes, one.target_rto_minutes),
        "claimed_minutes": one.claimed_rto_minutes,
        "extrapolated_minutes": one.extrapolated_minutes,
        "bytes": one.bytes,
        "files": one.files,
        "megabytes_per_second": found.megabytes_per_second,
        "same": one.same,
        "proven": one.proven,
        "left": one.left,
        "error": one.error,
    }


def line(one: Drill) -> str:
    """A drill in one line for people."""
    found = recovery.recovery(drills.times(one), one.bytes)
    took = f"{found.seconds:.1f} s" if found.seconds is not None else "not proven"
    return f"{one.number}  {one.requested_at:%Y-%m-%d %H:%M}  {one.organisation.name}  {one.state}  {took}  {one.bytes} bytes  {one.error}".rstrip()
