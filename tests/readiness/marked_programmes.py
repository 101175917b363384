"""Participations, for the test of who sees what."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Participation, Programme

_number = count(1)


def participation(place: int, **marking: Any) -> Participation:
    """A town in a programme of its own."""
    programme = Programme.objects.create(key=f"p{next(_number)}", created_at=moment.now())
    return Participation.objects.create(
        programme=programme, organisation_id=UUID(int=place), state="going", state_at=moment.now(), **marking
    )


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {Participation: participation}
