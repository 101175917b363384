"""How ready an organisation is for the night that it needs the emergency cloud: points for what is prepared, and what is missing, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

POINTS: Final = {
    "contacts": 20,
    "services": 15,
    "page": 10,
    "page_approved": 10,
    "accounts": 10,
    "dns": 10,
    "drill": 10,
    "domain": 5,
    "phone": 5,
    "targets": 5,
}
"""What each thing counts; 100 together. Two people who can be called weigh most: without a call-back nothing is handed over."""
DRILL_HOLDS: Final = 365
"""Days for which a drill that passed counts."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one organisation."""

    services: int = 0  # chosen
    accounts: int = 0
    domain: bool = False  # one of its own is named
    dns_right: bool = False  # the newest look found every record right
    page: bool = False  # citizens are told something in its own words
    page_approved: bool = False
    phone: bool = False  # a number that citizens may call
    callable: int = 0  # contacts with a telephone that works when its own systems are down
    claimed: bool = False  # it says how long restoring takes
    sized: bool = False  # it says how much there is to restore
    drilled_days_ago: int | None = None  # the newest drill that passed


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: its name in `POINTS`, and what it would add."""

    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """The score from 0 to 100, and what is missing, the heaviest first."""

    percent: int
    missing: tuple[Missing, ...]


def score(facts: Facts) -> Readiness:
    """The readiness of one organisation."""
    has = {
        "contacts": facts.callable >= 2,  # who asks, and somebody else who is called back
        "services": facts.services > 0,
        "page": facts.page,
        "page_approved": facts.page_approved,
        "accounts": facts.accounts > 0,
        "dns": facts.domain and facts.dns_right,
        "drill": facts.drilled_days_ago is not None and facts.drilled_days_ago <= DRILL_HOLDS,
        "domain": facts.domain,
        "phone": facts.phone,
        "targets": facts.claimed and facts.sized,
    }
    missing = tuple(Missing(name, points) for name, points in POINTS.items() if not has[name])
    return Readiness(100 - sum(one.points for one in missing), missing)
