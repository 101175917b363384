"""What is kept of the population over time: the figures of a day, and the groups of peers of a quarter. Each once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from paraat.kernel.actor import SYSTEM, Actor
from paraat.platform import moment
from paraat.platform.actions import Subject, action, record
from paraat.readiness import peering, population
from paraat.readiness.models import Peer, PeerGroup, PopulationSnapshot, Standing
from paraat.readiness.rules import peers
from paraat.readiness.rules.peers import Block, Place

_LOCK = 0x5041_5150  # "PAQP"
BATCH = 1000


@action
def keep_figures(*, by: Actor = SYSTEM) -> PopulationSnapshot | None:
    """Keep today's figures over all constituents, for the trend; None when they are kept already."""
    today = moment.today()
    found = population.sums(population.everybody(), population.FIGURES.values(), today)
    figures = {
        "total": found.total,
        "figures": {key: [one.count, one.denominator] for key, one in found.figures.items()},
        "averages": {key: list(pair) for key, pair in found.averages.items()},
    }
    kept, made = PopulationSnapshot.objects.get_or_create(on=today, defaults={"figures": figures})
    if not made:
        return None
    record("population.kept", by=by, on=Subject("population", str(today)), detail={"constituents": found.total})
    return kept


@action
def freeze_peers(*, by: Actor = SYSTEM) -> int:
    """Freeze the groups of peers of this quarter with their figures, once; how many groups. What changes later in the quarter changes none."""
    now = moment.now()
    today = moment.day(now)
    quarter = peering.quarter_of(today)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
    if PeerGroup.objects.filter(quarter=quarter).exists():
        return 0
    rows = {row.organisation_id: row for row in Standing.objects.real()}
    living = {town: Place(row.kind, row.size) for town, row in rows.items() if row.current}
    before, seen = peering.blocks_before(quarter)
    found = peers.partition(before, living, seen, quarter)
    for block in found.blocks:
        _freeze(block, quarter, rows)
    if found.blocks:
        detail = {"quarter": quarter, "groups": len(found.blocks), "waiting": len(found.waiting)}
        record("peers.frozen", by=by, on=Subject("peers", quarter, rows=len(found.blocks)), detail=detail)
    return len(found.blocks)


def _freeze(block: Block[UUID], quarter: str, rows: Mapping[UUID, Standing]) -> None:
    """One block with the figures of all its members as they are now."""
    now = moment.now()
    members = [peering.values_of(rows[one], moment.day(now)) for one in sorted(block.members)]
    group = PeerGroup.objects.create(
        quarter=quarter,
        key=block.key,
        title={"kind": block.kind, "sizes": list(block.sizes), "since": block.since},
        size=len(members),
        figures=peers.shown(members, peering.QUESTIONS, peering.STEPS),
        frozen_at=now,
    )
    made = [Peer(organisation_id=one, quarter=quarter, group=group) for one in sorted(block.members)]
    Peer.objects.bulk_create(made, batch_size=BATCH)
