"""The only writers of observations: what a file said, whom it concerns, what is in doubt, and what a person decided."""

from paraat.observations.actions.findings import (
    Marked,
    decide_perhaps,
    forget_findings,
    settle_perhaps,
    store_findings,
    store_open_hosts,
)
from paraat.observations.actions.hosts import assign_host, hand_over_hosts, leave_hosts
from paraat.observations.actions.rows import (
    Origin,
    forget_rows,
    store_matches,
    store_observations,
    store_quarantine,
)

__all__ = [
    "Marked",
    "Origin",
    "assign_host",
    "decide_perhaps",
    "forget_findings",
    "forget_rows",
    "hand_over_hosts",
    "leave_hosts",
    "settle_perhaps",
    "store_findings",
    "store_matches",
    "store_observations",
    "store_open_hosts",
    "store_quarantine",
]
