"""How a constituent stands, for the test of who sees what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Standing


def standing(place: int, **marking: Any) -> Standing:
    """The one row of a town."""
    made, _new = Standing.objects.update_or_create(
        organisation_id=UUID(int=place), defaults={"changed_at": moment.now(), **marking}
    )
    return made


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {Standing: standing}
