"""The date of a list: what its content says, else its file name, else when it was received."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePath


class Basis(StrEnum):
    """Where a list's date comes from, surest first."""

    CONTENT = "content"
    FILE_NAME = "file_name"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class ListDate:
    """When a list was made (aware, UTC) and where that comes from. `day_only`: no time of day was given, `at` is midnight UTC."""

    at: datetime
    basis: Basis
    day_only: bool = False


_TIME = (
    r"(?:[T_ \-]+(?:at[_ ]?)?(?P<hour>[01]\d|2[0-3])[-_.:h]?(?P<minute>[0-5]\d)(?:[-_.:]?(?P<second>[0-5]\d))?(?!\d))?"
)
_YEAR, _MONTH, _DAY = r"(?P<year>20\d\d)", r"(?P<month>0?[1-9]|1[0-2])", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_STYLES = (
    re.compile(rf"(?<!\d){_YEAR}(?P<separator>[-_./]){_MONTH}(?P=separator){_DAY}(?!\d){_TIME}"),
    re.compile(
        rf"(?<!\d){_DAY}(?P<separator>[-_./]){_MONTH}(?P=separator){_YEAR}(?!\d){_TIME}"
    ),  # day first: we are in Europe
    re.compile(rf"(?<!\d){_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d){_TIME}"),
    re.compile(
        rf"(?<!\d){_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?!\d)"
    ),
)


def list_date(*, name: str, received: datetime, content: datetime | None = None) -> ListDate:
    """The date of a list named `name`, received at `received` (aware). A time without zone is UTC; a name of the future is not believed."""
    if content is not None:
        return ListDate(content.astimezone(UTC), Basis.CONTENT)
    for at, day_only in dates_in(PurePath(name.replace("\\", "/")).name):
        if at <= received or (day_only and at.date() <= received.date()):
            return ListDate(at, Basis.FILE_NAME, day_only)
    return ListDate(received.astimezone(UTC), Basis.RECEIPT)


def dates_in(text: str) -> Iterator[tuple[datetime, bool]]:
    """The dates in a text written with digits: 2024-10-08_14-40-04, 20241008-144004, 08-10-2024, 08.10.2024 14:40. And whether there is no time."""
    for style in _STYLES:
        for found in style.finditer(text):
            parts = found.groupdict()
            try:
                numbers = [int(parts[name]) for name in ("year", "month", "day")]
                clock = [int(parts.get(name) or 0) for name in ("hour", "minute", "second")]
                yield datetime(*numbers, *clock, tzinfo=UTC), parts.get("hour") is None  # type: ignore[misc,arg-type]
            except ValueError:
                continue  # 31 February
