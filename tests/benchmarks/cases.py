"""Both sides of `cases-...`: the list of cases as an officer's browser gets it, and the same SQL by a raw cursor plus the same template.

The raw side runs every query that the page ran (session, account, count, rows ...) on the driver's own cursor, fetches all of it, and renders the
page's template with the page's context, whose rows are loaded already. Processor time is that of this process and of its PostgreSQL backend.
"""

# Django is set up before our apps are imported
from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

os.environ["PARAAT_SECOND_FACTOR"] = "no"  # the session stands for an officer who signed in with two

from tests.benchmarks.persisted import cost, fresh_database  # sets Django up

# isort: split

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.template.loader import get_template
from django.test import Client

from paraat.incidents.models import Case
from paraat.kernel import rsit
from paraat.platform import embedded, moment, tables
from paraat.registry.models import Organisation
from tests import cast
from tests.benchmarks.bench_cases import PAGES
from tests.benchmarks.board import environ, vacuum

ROUNDS, REQUESTS = 5, 15
ADDRESSES = dict(zip(PAGES, ("", "state=active&severity=4", "q=ransom%20gemeente"), strict=True))
WORDS = (
    "ransomware",
    "mail down",
    "leak of data",
    "phishing wave",
    "account taken over",
    "site defaced",
    "supplier hit",
    "DDoS",
)
STATES = ["closed"] * 17 + ["opened", "contained", "recovering"]


def put_cases(number: int) -> None:
    """Cases of 300 towns in five provinces, one in seven still open, over eight years."""
    draw, now = random.Random(7), moment.now()  # drawn the same every time
    towns = [
        Organisation(
            kind="municipality",
            name=f"Gemeente {place}",
            nis=f"{place:05d}",
            province=f"{place % 5}0000",
            languages=["nl"],
        )
        for place in range(300)
    ]
    Organisation.objects.bulk_create(towns)
    officer, classes = cast.duty_officer(), list(rsit.TYPES)
    for begin in range(0, number, 5000):
        Case.objects.bulk_create(
            [_case(place, draw, now, towns, officer, classes) for place in range(begin, min(begin + 5000, number))]
        )


def _case(
    place: int, draw: random.Random, now: Any, towns: list[Organisation], officer: Any, classes: list[str]
) -> Case:
    town, opened = draw.choice(towns), now - timedelta(minutes=draw.randrange(8 * 365 * 1440))
    return Case(
        number=f"C{2019 + place % 8}-{place:06d}",
        organisation=town,
        victim=town.name,
        title=f"{draw.choice(WORDS)} {place % 977}",
        summary="Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * draw.randrange(6),
        classification=draw.choice(classes),
        severity=draw.choice([1, 1, 2, 2, 2, 3, 3, 4, 5]),
        state=draw.choice(STATES),
        owner=officer if place % 3 else None,
        opened_at=opened,
        state_at=opened,
        changed_at=opened,
    )


class Page:
    """One address: ours through handler, middleware and session, and the raw side of it."""

    def __init__(self, handler: WSGIHandler, cookie: str, query: str) -> None:
        self.handler, self.environ = handler, environ("/cases/", cookie) | {"QUERY_STRING": query}
        self.queries: list[tuple[str, Any]] = []
        self.context: dict[str, Any] = {}
        self.request: Any = None
        self._look()

    def ours(self) -> bytes:
        """The page."""
        answer = self.handler(dict(self.environ), lambda *_: None)
        assert answer.status_code == 200, answer.status_code
        return bytes(answer.content)

    def raw(self) -> bytes:
        """The same SQL by the driver's cursor, and the same template."""
        with connection.connection.cursor() as cursor:
            for sql, parameters in self.queries:
                cursor.execute(sql, parameters)
                if cursor.description:
                    cursor.fetchall()
        return str(get_template("incidents/cases.html").render(self.context, self.request)).encode()

    def _look(self) -> None:
        """Learn what the page asks and with what it renders."""
        self.ours()  # what a process remembers for a minute is remembered now

        def keep(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
            self.queries.append((sql, parameters))
            return execute(sql, parameters, many, context)

        def rendered(request: Any, template: str, context: dict[str, Any]) -> Any:
            self.request, self.context = request, context
            return tables_render(request, template, context)

        tables_render = tables.render
        with connection.execute_wrapper(keep), patch.object(tables, "render", rendered):
            shown = self.ours()
        assert len(self.context["table"].page.object_list) == 50, "the page must be full"
        assert shown.count(b"<tr>") == self.raw().count(b"<tr>") == 51


def main(number: int) -> None:
    """Measure the three pages, ours and raw in turn."""
    settings.ALLOWED_HOSTS = ["*"]
    with fresh_database():
        put_cases(number)
        vacuum()
        connection.close_at = None  # one backend for all, whose processor time we read
        client = Client()
        client.force_login(cast.duty_officer())
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        pages = {name: Page(WSGIHandler(), cookie, query) for name, query in ADDRESSES.items()}
        result = {f"{name}-queries": len(page.queries) for name, page in pages.items()}
        for name, page in pages.items():
            result |= {f"{name}-page": _mean(page.ours), f"{name}-raw": _mean(page.raw)}
            for _ in range(ROUNDS):  # in turn, so that a busy machine is busy for both; the first warmed up
                for side, deed in (("page", page.ours), ("raw", page.raw)):
                    result[f"{name}-{side}"] = min(result[f"{name}-{side}"], _mean(deed))
        print(json.dumps(result))


def _mean(deed: Callable[[], bytes]) -> float:
    """Processor seconds of one call, the mean of a round."""

    def round_() -> None:
        for _ in range(REQUESTS):
            deed()

    return cost(round_) / REQUESTS


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    finally:
        embedded.stop()
