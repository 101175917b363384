"""An exercise with its marking, for the test that proves `visible_to` equal to `may_see`: it concerns whoever plays in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

from paraat.exercises.models import Exercise
from paraat.platform import moment
from paraat.registry.models import Organisation

_number = count(1)


def exercise(place: int, **marking: Any) -> Exercise:
    """One in which the town at `place` and the next one play; for place 0 the next one alone. Always an exercise: the database refuses another."""
    made: Exercise = Exercise.objects.create(
        number=f"X{next(_number)}", scenario="s", scenario_version="1", title="t", created_at=moment.now(), created_by="",
        **(marking | {"exercise": True}),
    )  # fmt: skip
    playing = [UUID(int=one) for one in {place, place % 3 + 1} if one]
    made.participants.set(Organisation.objects.filter(pk__in=playing))
    return made


def concerned(row: Exercise) -> Iterator[UUID | None]:
    """The house, and whoever plays."""
    yield None
    yield from row.participants.values_list("pk", flat=True)
