"""The looks of `rules.looks` in SQL, so that counts over any number of notices are made in the database; a test holds the two together."""

from __future__ import annotations

from django.db.models import Aggregate, DurationField, Q

from paraat.alerts.rules.looks import Look

LAPSED = Q(silent_since__isnull=False) | Q(exhausted_at__isnull=False)
"""The first rung of the ladder had its time, or the ladder is exhausted: the organisation is silent."""
PLACE = {look: place for place, look in enumerate(Look)}
"""A look as `Notice.rank` has it, worst first."""
IS = {look: Q(rank=PLACE[look]) for look in (Look.SILENT, Look.NONE, Look.WAITING, Look.KNOWN)}
"""The notices of a look."""


class Median(Aggregate):
    """The middle of a set of durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()
