"""May this target be touched, today, by this engagement? Every answer has one reason; whatever is not certain is a no. Pure.

Asked in this order: can it be read, is testing going on, is it authorised, are these the days, is the method allowed, is it excluded, is it in
the scope that was signed, does the register say that it is still theirs today, and is it a provider's who signed too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from paraat.readiness.rules import methods, targets
from paraat.readiness.rules.targets import Target
from paraat.readiness.rules.terms import Entry, Terms


class Reason(StrEnum):
    """Why an answer is what it is; only the first one is a yes."""

    IN_SCOPE = "in_scope"
    UNREADABLE = "unreadable"
    STOPPED = "stopped"
    NOT_TESTING = "not_testing"
    NOT_AUTHORISED = "not_authorised"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    METHOD_UNKNOWN = "method_unknown"
    METHOD_FORBIDDEN = "method_forbidden"
    METHOD_SOCIAL = "method_social"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    EXCLUDED = "excluded"
    PARTLY_EXCLUDED = "partly_excluded"
    NOT_IN_SCOPE = "not_in_scope"
    PARTLY = "partly"
    NOT_OWNED = "not_owned"
    OTHER_OWNER = "other_owner"
    PARTLY_OTHER = "partly_other"
    SHARED = "shared"
    SHARED_UNSIGNED = "shared_unsigned"


_METHOD = {
    "unknown": Reason.METHOD_UNKNOWN,
    "forbidden": Reason.METHOD_FORBIDDEN,
    "social": Reason.METHOD_SOCIAL,
    "not_allowed": Reason.METHOD_NOT_ALLOWED,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A line of the register that bears on the target today: kind and value, whose, whether others sit behind it, and whether its owner is a
    service provider."""

    kind: str
    value: str
    owner: str
    shared: bool = False
    provider: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the engagement stands: its state ("going" is the only one that tests), the terms in force, and who signed them (ids)."""

    state: str
    terms: Terms | None
    signed: Collection[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, its reason, and what it hung on (a line of the scope, a day)."""

    reason: Reason
    because: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the target may be touched."""
        return self.reason is Reason.IN_SCOPE


def decide(
    target: Target | None, *, standing: Standing, held: Sequence[Held], today: date, method: str = ""
) -> Verdict:
    """May it be touched? `held`: every line of the register of today that touches the target."""
    if target is None:
        return Verdict(Reason.UNREADABLE)
    terms = standing.terms
    before = _testing(standing, today)
    if before is not None or terms is None:
        return before or Verdict(Reason.NOT_AUTHORISED)
    refused = _method(method, terms) or _excluded(target, terms.excluded)
    if refused is not None:
        return refused
    entry = _line(target, terms.scope)
    if isinstance(entry, Verdict):
        return entry
    return owned(target, entry, terms.organisation, held, standing.signed)


def _testing(standing: Standing, today: date) -> Verdict | None:
    terms = standing.terms
    if standing.state == "stopped":
        return Verdict(Reason.STOPPED)
    if terms is None or terms.organisation not in standing.signed:
        return Verdict(Reason.NOT_AUTHORISED)
    if today < terms.starts_on:
        return Verdict(Reason.TOO_EARLY, terms.starts_on.isoformat())
    if today > terms.ends_on:
        return Verdict(Reason.TOO_LATE, terms.ends_on.isoformat())
    return None if standing.state == "going" else Verdict(Reason.NOT_TESTING)


def _method(method: str, terms: Terms) -> Verdict | None:
    if not method:
        return None
    why = methods.why_not(method, allowed=terms.allowed, forbidden=terms.forbidden, social=terms.social)
    return Verdict(_METHOD[why], method) if why else None


def _excluded(target: Target, excluded: Iterable[Entry]) -> Verdict | None:
    touched = [one for one in excluded if targets.touches(one.kind, one.value, target)]
    whole = [one for one in touched if targets.covers(one.kind, one.value, target)]
    if whole:
        return Verdict(Reason.EXCLUDED, whole[0].value)
    return Verdict(Reason.PARTLY_EXCLUDED, touched[0].value) if touched else None


def _line(target: Target, scope: Iterable[Entry]) -> Entry | Verdict:
    """The narrowest line that holds the whole target; a line of a provider's comes first, since it says more."""
    touched = [one for one in scope if targets.touches(one.kind, one.value, target)]
    whole = [one for one in touched if targets.covers(one.kind, one.value, target)]
    if whole:
        return max(whole, key=lambda one: (bool(one.provider), narrowness(one.kind, one.value), one))
    return Verdict(Reason.PARTLY, touched[0].value) if touched else Verdict(Reason.NOT_IN_SCOPE)


def owned(target: Target, entry: Entry, owner: str, held: Sequence[Held], signed: Collection[str]) -> Verdict:
    """Whether the register says that the whole target is the owner's today; what is shared wants the provider of the line, among `signed`."""
    whole = [one for one in held if targets.covers(one.kind, one.value, target)]
    inside = [one for one in held if one not in whole and targets.touches(one.kind, one.value, target)]
    if not whole:
        return Verdict(Reason.NOT_OWNED, entry.value)
    closest = max(narrowness(one.kind, one.value) for one in whole)
    best = [one for one in whole if narrowness(one.kind, one.value) == closest]
    mine = [one for one in best if one.owner == owner]
    others = {one.owner for one in best if one.owner != owner}
    if any(not one.provider for one in best if one.owner != owner):
        return Verdict(Reason.OTHER_OWNER)
    if any(one.owner not in {owner, *others} and not (one.provider and one.owner == entry.provider) for one in inside):
        return Verdict(Reason.PARTLY_OTHER)
    if others or any(one.shared for one in [*mine, *inside]):
        return _shared(entry, others, signed)
    return Verdict(Reason.IN_SCOPE, entry.value)


def _shared(entry: Entry, providers: Collection[str], signed: Collection[str]) -> Verdict:
    """Others sit behind the same machine: whose it is must be named, and must have signed too."""
    if not entry.provider:
        return Verdict(Reason.SHARED, entry.value)
    if entry.provider not in signed or any(one != entry.provider for one in providers):
        return Verdict(Reason.SHARED_UNSIGNED, entry.value)
    return Verdict(Reason.IN_SCOPE, entry.value)


def narrowness(kind: str, value: str) -> tuple[int, int]:
    """How little a line holds: of networks the smaller, of names the one with more labels; a host says more than the domain above it."""
    line = targets.of_entry(kind, value)
    if line is None:
        return (0, 0)
    if line.interval is not None:
        return (-(line.interval.high - line.interval.low), 0)
    return (len(line.host.split(".")), {"domain": 0, "host": 1, "page": 2}.get(kind, 0))
