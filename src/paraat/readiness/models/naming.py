"""Numbers that are given one after the other, per year, without gaps."""

from __future__ import annotations

from django.db import models


class ReadinessSeries(models.Model):
    """The last number given of a kind in a year; taken under its row's lock (`actions.numbers.take_number`)."""

    kind = models.CharField(
        max_length=2
    )  # S assessment, L lesson, H engagement, F finding, V disclosure, M measure, B session
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "readiness_series"
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="readiness_series_once")]
