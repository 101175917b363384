"""Rate limits, counted in PostgreSQL: however many processes serve, one key has one count."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from paraat.kernel.errors import ParaatError
from paraat.platform import configuration

KEPT = "1 day"
LINKS_PER_MINUTE = 120
"""How often one address may ask for pages behind links: enough for a town hall behind one router, too few to guess a token."""

V = TypeVar("V", bound=Callable[..., Any])

_COUNT = """
    INSERT INTO platform_ratewindow (key, "window", count)
    VALUES (%(key)s, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(seconds)s) * %(seconds)s), 1)
    ON CONFLICT (key, "window") DO UPDATE SET count = platform_ratewindow.count + 1
    RETURNING count, ceil(extract(epoch FROM "window") + %(seconds)s - extract(epoch FROM clock_timestamp()))::int
"""


class TooOften(ParaatError):
    """That was too often; try again later."""

    permanent = False

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


def count(key: str, *, limit: int, seconds: int) -> None:
    """Count one more deed of `key`; TooOften (with the seconds to wait) when it is more than `limit` in this window of `seconds`.

    A window is a fixed piece of the database's clock. In a transaction that rolls back the deed was not counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key[:200], "seconds": seconds})
        done, left = cast("tuple[int, int]", cursor.fetchone())
    if done > limit:
        raise TooOften(max(left, 1))


def limits_links(view: V) -> V:
    """For a view behind a signed link: answers 429 to whoever asks too often, before the token is looked at. All such pages count together."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            count(f"link:{caller(request)}", limit=LINKS_PER_MINUTE, seconds=60)
        except TooOften as error:
            headers = {"Retry-After": str(error.retry_after)}
            return HttpResponse(
                gettext(error.said), status=429, headers=headers, content_type="text/plain; charset=utf-8"
            )
        return view(request, *args, **kwargs)

    return run  # type: ignore[return-value]


def caller(request: HttpRequest) -> str:
    """The address that asked, to limit who has no name; behind trusted proxies the one that the outermost of them saw. IPv6 by its /64."""
    proxies = configuration.PROXIES.get()
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    seen = chain[-proxies] if proxies and len(chain) >= proxies else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def forget() -> int:
    """Remove windows that are over for a day; the daily job calls it. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM platform_ratewindow WHERE "window" < clock_timestamp() - %s::interval', [KEPT])
        return int(cursor.rowcount)
