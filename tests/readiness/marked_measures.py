"""Measures and what suppliers were asked, for the test of who sees what. Every second measure waits for the supplier in town 3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID

from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Measure, SupplierMeasure

_number = count(1)


def measure(place: int, **marking: Any) -> Measure:
    """A measure of a town."""
    return Measure.objects.create(
        organisation_id=UUID(int=place),
        number=f"M2024-{next(_number):04}",
        title="x",
        created_at=moment.now(),
        **marking,
    )


def asked(place: int, **marking: Any) -> SupplierMeasure:
    """Something asked of the supplier in a town; the next town waits for it."""
    now = moment.now()
    made = SupplierMeasure.objects.create(
        organisation_id=UUID(int=place), title="x", asked_at=now, changed_at=now, **marking
    )
    waiting = measure(place % 3 + 1)
    Measure.objects.filter(pk=waiting.pk).update(supplier=made)
    return made


def of_supplier(row: SupplierMeasure) -> Iterator[UUID | None]:
    """The supplier, and who waits for it."""
    yield row.organisation_id
    yield from row.measures.values_list("organisation", flat=True)


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {Measure: measure, SupplierMeasure: asked}
CONCERNED = {SupplierMeasure: of_supplier}
