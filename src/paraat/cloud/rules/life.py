"""How far a tenant is, and what may be done with it from there. Pure: states and wishes are the words of `models.Tenant`."""

from __future__ import annotations

from collections.abc import Mapping

RUNS = frozenset({"starting", "verified", "restored", "handed_over"})
"""Its services run, or are being started."""
PROVEN = frozenset({"verified", "restored", "handed_over"})
"""Real clients found every service at work."""
OVER = frozenset({"refused", "destroyed"})
"""Nothing of it is on an engine, and its name is free again."""

VERBS: Mapping[str, frozenset[str]] = {
    "approve": frozenset({"requested"}),
    "refuse": frozenset({"requested", "approved"}),
    "call_back": frozenset({"requested", "approved", "queued", *RUNS, "stopped", "exported"}),
    "start": frozenset({"approved", "stopped", "exported"}),
    "queue": frozenset({"starting"}),
    "room": frozenset({"queued"}),
    "verified": frozenset({"starting"}),
    "verify": PROVEN,
    "restored": frozenset({"verified", "restored", "handed_over"}),
    "hand_over": frozenset({"verified", "restored"}),
    "extend": frozenset({"approved", "queued", *RUNS, "stopped", "exported"}),
    "stop": frozenset({"queued", *RUNS}),
    "stopped": frozenset({"queued", *RUNS}),
    "exported": frozenset({"stopped", "exported"}),
    "destroy": frozenset({"approved", "queued", *RUNS, "stopped", "exported"}),
    "destroyed": frozenset({"destroying"}),
}
"""From which states each verb goes. What the engine says of itself (verified, stopped, destroyed) is a verb as well."""


def may(verb: str, state: str) -> bool:
    """Whether `verb` may be done to a tenant in `state`. KeyError for no verb."""
    return state in VERBS[verb]


def verbs(state: str) -> tuple[str, ...]:
    """What may be done from `state`, in the order of `VERBS`."""
    return tuple(verb for verb, states in VERBS.items() if state in states)


def reached(*, restored: bool, handed_over: bool) -> str:
    """The state of a tenant that was started again and verified: as far as it was before, for people did not undo that."""
    if handed_over:
        return "handed_over"
    return "restored" if restored else "verified"


def needs_call_back(kind: str, *, exercise: bool) -> bool:
    """Whether starting needs a call to a second contact: whoever asks may be the attacker. A throw-away tenant harms nobody."""
    return kind == "emergency" and not exercise


def needs_call(verb: str, *, consent: bool) -> bool:
    """Whether `verb` waits for the call-back. An officer who recorded the victim's consent may start before it; handing over never goes before it."""
    return verb == "hand_over" or not consent
