"""One row of every model of the emergency cloud that carries a marking, for the test that proves `visible_to` equal to `may_see`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

from paraat.cloud.models import Drill, Preparation, Tenant
from paraat.platform import moment

_number = count(1)


def tenant(place: int, **marking: Any) -> Any:
    """A tenant of a town."""
    number, now = next(_number), moment.now()
    return Tenant.objects.create(
        number=f"T{number}", name=f"t{number}", organisation_id=UUID(int=place), state_at=now, requested_at=now, requested_by="", driver="memory",
        services=["web"], domain="x.example", memory_mb=1, cpu_millis=1, disk_gb=1, cents_per_day=0, **marking,
    )  # fmt: skip


def preparation(place: int, **marking: Any) -> Any:
    """What a town prepared; it has one, whose marking is what is looked at."""
    had = Preparation.objects.filter(organisation=UUID(int=place))
    if had.update(**marking):
        return had.get()
    return Preparation.objects.create(
        organisation_id=UUID(int=place), label=f"p{next(_number)}", changed_at=moment.now(), **marking
    )


def drill(place: int, **marking: Any) -> Any:
    """A drill of a town."""
    return Drill.objects.create(
        number=f"D{next(_number)}", organisation_id=UUID(int=place), by="", requested_at=moment.now(), target_rto_minutes=60, **marking,
    )  # fmt: skip


MAKERS: dict[type[Any], Callable[..., Any]] = {Tenant: tenant, Preparation: preparation, Drill: drill}
