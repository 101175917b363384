"""What a run says of whom: written once by its reader; a "perhaps" is decided by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.kernel.ids import uuid7
from paraat.observations.actions.copying import copy_frame
from paraat.observations.collecting import OpenHost
from paraat.observations.models import Certainty, Finding, UnassignedHost
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import PerhapsDecided, Settled, announce


@dataclass(frozen=True, slots=True)
class Marked:
    """What all findings of a run share: the run, the moment its list speaks of (aware), severity where it does not say, TLP, exercise."""

    run: UUID
    listed_at: datetime
    severity: int
    tlp: int
    exercise: bool


def store_findings(*, marked: Marked, findings: pl.DataFrame) -> int:
    """Add the findings of a run (as `collecting.Findings.frame` gives them); returns how many."""
    if not findings.height:
        return 0
    return copy_frame(
        Finding,
        findings.with_columns(
            pl.Series("id", [str(uuid7()) for _ in range(findings.height)]),
            pl.lit(str(marked.run)).alias("run"),
            pl.lit(marked.listed_at.isoformat()).alias("listed_at"),
            pl.lit(marked.tlp).alias("tlp"),
            pl.lit(marked.exercise).alias("exercise"),
            pl.lit("").alias("decision"),
            pl.lit("").alias("decided_by"),
            pl.lit("").alias("note"),
        ),
        never_null="target",
    )


def store_open_hosts(*, marked: Marked, hosts: dict[str, OpenHost]) -> int:
    """Add the hosts of interest that nobody owns; returns how many."""
    rows = [
        UnassignedHost(
            run=marked.run,
            host=name,
            why=found.why,
            hints=[UUID(hint) for hint in found.hints],
            severity=marked.severity,
            rows=found.rows,
            listed_at=marked.listed_at,
            tlp=marked.tlp,
            exercise=marked.exercise,
        )
        for name, found in hosts.items()
    ]
    UnassignedHost.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def forget_findings(*, run: UUID) -> None:
    """Take back what an earlier, unfinished reading of this run found."""
    Finding.objects.filter(run=run).delete()
    UnassignedHost.objects.filter(run=run).delete()


@action
def decide_perhaps(*, findings: Sequence[UUID], yes: bool, by: Actor, note: str = "") -> int:
    """Decide for each of these findings whether the organisation is really meant; all of them or, by Conflict, none. Returns how many.

    Announces a PerhapsDecided for each, so that whoever is meant after all is told.
    """
    wanted, now = set(findings), moment.now()
    found = list(
        Finding.objects.select_for_update()
        .filter(pk__in=wanted, certainty=Certainty.PERHAPS, decision="")
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise Conflict("Somebody else decided this meanwhile; look again.")
    decision = "yes" if yes else "no"
    Finding.objects.filter(pk__in=wanted).update(decision=decision, decided_by=by.label, decided_at=now, note=note)
    for finding in found:
        detail = {"target": finding.target, "yes": yes, "note": note, "run": str(finding.run)}
        record("perhaps.decided", by=by, on=finding, organisation=finding.organisation_id, detail=detail)
        announce(PerhapsDecided(finding.pk, finding.run, finding.organisation_id, yes))
    settle_perhaps(runs={finding.run for finding in found})
    return len(found)


def settle_perhaps(*, runs: set[UUID]) -> None:
    """Say of each run whose last "perhaps" was decided that nobody need look any more."""
    still = set(Finding.objects.open_perhaps().filter(run__in=runs).values_list("run", flat=True))
    for run in sorted(runs):
        live.publish("perhaps", id=run)
        if run not in still:
            announce(Settled(f"perhaps/{run}"))
