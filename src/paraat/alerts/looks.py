"""The looks of `rules.looks` in SQL, so that counts over any number of notices are made in the database; a test holds the two together."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Case, DurationField, Q, Value, When

from paraat.alerts.models import Notice
from paraat.alerts.rules.looks import Look

LAPSED = Q(silent_since__isnull=False) | Q(exhausted_at__isnull=False)
"""The first rung of the ladder had its time, or the ladder is exhausted: the organisation is silent."""
OPEN = Q(state=Notice.State.OPEN)
IS = {
    Look.SILENT: OPEN & ~Q(reach=Notice.Reach.NONE) & LAPSED,
    Look.NONE: OPEN & Q(reach=Notice.Reach.NONE),
    Look.WAITING: OPEN & ~Q(reach=Notice.Reach.NONE) & ~LAPSED,
    Look.KNOWN: Q(state=Notice.State.ACKNOWLEDGED),
}
RANK: Any = Case(
    *(When(IS[one], then=Value(place)) for place, one in enumerate(Look) if one in IS), default=Value(len(IS))
)
"""The place of a notice among `Look`, worst first."""


class Median(Aggregate):
    """The middle of a set of durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()
