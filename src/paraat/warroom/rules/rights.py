"""Who may see and do what in a war room. The one place: queries (`models.rooms`), pages, API and command line follow it. Pure.

The team sees every room and an auditor all but RED. Everybody else sees a room because his organisation takes part in it, up to the ceiling that the
team gave that organisation; a row above the ceiling does not exist for him. Observers read; responders write; leads also steer the room; the team
alone says who takes part and what is joined to the room.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from paraat.kernel.marking import Role, Tlp, Viewer


class Standing(IntEnum):
    """What somebody is in a room; each may do what the ones before it may."""

    NOTHING = 0
    READS = 1
    WRITES = 2
    STEERS = 3
    RUNS = 4


OF_PART = {"observer": Standing.READS, "responder": Standing.WRITES, "lead": Standing.STEERS}
"""What an organisation's part (`Participant.Part`) makes of its people."""
SPEAKS_FOR = frozenset({Role.SPOC, Role.PARTNER, Role.PROVIDER})
"""The roles that act for an organisation; an account that only observes or audits reads, whatever its organisation's part."""

NEEDS = {
    "read": Standing.READS,
    "signal": Standing.WRITES,
    "decision": Standing.WRITES,
    "task": Standing.WRITES,
    "log": Standing.WRITES,
    "pull": Standing.WRITES,  # pulling a trigger: whoever sees the condition met
    "statement": Standing.WRITES,
    "sitrep": Standing.WRITES,
    "threat": Standing.STEERS,
    "state": Standing.STEERS,
    "period": Standing.STEERS,
    "trigger": Standing.STEERS,
    "lane": Standing.STEERS,
    "review": Standing.STEERS,
    "participants": Standing.RUNS,
    "join": Standing.RUNS,  # cases, alerts and organisations to the room
}
"""What each deed needs."""


def top(viewer: Viewer) -> Tlp | None:
    """The highest TLP that this viewer sees in any room by his role alone; None: by his role he sees nothing."""
    if viewer.is_team:
        return Tlp.RED
    return Tlp.AMBER_STRICT if viewer.has(Role.AUDITOR) else None


def may_see(viewer: Viewer, tlp: Tlp, ceilings: Iterable[int]) -> bool:
    """Whether `viewer` may see a row marked `tlp`; `ceilings`: those of the organisations he acts for that take part."""
    by_role = top(viewer)
    return (by_role is not None and tlp <= by_role) or any(tlp <= one for one in ceilings)


def standing(viewer: Viewer, parts: Iterable[str]) -> Standing:
    """What `viewer` is in a room; `parts`: those of the organisations he acts for that take part."""
    if viewer.is_team:
        return Standing.RUNS
    best = max((OF_PART[part] for part in parts), default=Standing.NOTHING)
    if not viewer.has(*SPEAKS_FOR):
        best = min(best, Standing.READS)
    return max(best, Standing.READS) if top(viewer) is not None else best


def may(held: Standing, deed: str) -> bool:
    """Whether who stands so may do `deed` (a key of NEEDS)."""
    return held >= NEEDS[deed]
