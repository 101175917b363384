"""How far a case is, and where it may go from there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

PLACE: Mapping[str, int] = {
    "opened": 0,
    "reopened": 0,
    "contained": 1,
    "eradicated": 2,
    "recovering": 3,
    "closed": 4,
}
"""How far along a state is; a merged case stands outside."""
ENDED = frozenset({"closed", "merged"})


def moves(state: str) -> tuple[str, ...]:
    """The states that a case in `state` may be moved to, nearest first. Steps may be skipped (what was contained by pulling a plug is
    also closed by it) and taken back (it flared up again); a closed case is only reopened; a merged one lives on in the other."""
    if state == "merged" or state not in PLACE:
        return ()
    if state == "closed":
        return ("reopened",)
    further = [name for name, place in PLACE.items() if place > PLACE[state]]
    back = [name for name, place in PLACE.items() if place < PLACE[state] and name != "reopened"]
    return (*further, *reversed(back))


def may_move(state: str, to: str) -> bool:
    """Whether a case in `state` may be moved to `to`."""
    return to in moves(state)


def needs_reason(state: str, to: str) -> bool:
    """Closing, reopening and going back are asked about later, so they have a reason; going on speaks for itself."""
    return to in {"closed", "reopened"} or PLACE.get(to, 0) < PLACE.get(state, 0)
