"""Our side of `population-...`: the page over all constituents as an officer's browser gets it, one constituent that changed, and the export of all.

Processor time is that of this process and of its PostgreSQL backend together. Everything is seeded by COPY in a process of its own, and so is each
export made, so that the memory that is measured is that of this export alone.
"""

# Django is set up before our apps are imported
from __future__ import annotations

import csv
import gc
import io
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["PARAAT_SECOND_FACTOR"] = "no"  # the session stands for an officer who signed in with two

from tests.benchmarks.persisted import cost, fresh_database  # sets Django up

# isort: split

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from paraat.platform import embedded, moment
from paraat.readiness.actions import standing
from paraat.readiness.models import Standing
from paraat.readiness.population_sheets import constituents as columns
from paraat.web import urls
from tests import cast
from tests.benchmarks.board import READY, mean, nothing_happens, ready_made
from tests.benchmarks.population_seed import seed

ROUNDS, TOUCHED = 4, 40
PAGE, LIST = "/population/", "/population/constituents/"
PAGES = (PAGE, f"{PAGE}?by=supplier", f"{PAGE}?by=programme", LIST, "/population/lacking/")
FORMS = ("csv", "xlsx", "pdf")


def in_child(work: Callable[[], Any]) -> Any:
    """What `work` gives, made in a child whose memory goes with it. JSON."""
    connection.close()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.write(write, json.dumps(work()).encode())
            connection.close()
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    _pid, status = os.waitpid(child, 0)
    assert status == 0, "the child failed"
    with os.fdopen(read) as found:
        return json.loads(found.read())


# Memory ---------------------------------------------------------------------------------------------------------------------------
def peak(work: Callable[[bool], int]) -> dict[str, float]:
    """By how many MB the most memory that this process ever held exceeds what it held before `work`, and how many MB came out.
    Once for a few rows before: what is loaded once is loaded."""
    work(True)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _held("VmRSS")
    size = work(False)
    return {"extra": _held("VmHWM") - before, "before": before, "size": size / 2**20}


def _held(name: str) -> float:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) / 1024


def export(client: Client, form: str, few: bool) -> int:
    """Read a whole export and throw it away; how many bytes."""
    answer: Any = client.get(f"{LIST}?format={form}{'&q=Gemeente+0000' if few else ''}")
    assert answer.status_code == 200, form
    parts: Iterator[bytes] = answer.streaming_content if answer.streaming else iter([answer.content])
    return sum(len(part) for part in parts)


def held(few: bool) -> int:
    """The opponent: the same rows and cells, held all at once as CSV, as who does not stream would."""
    rows = Standing.objects.filter(current=True).select_related("organisation").defer("unmet", "unclear").order_by("pk")
    said = columns(team=True, today=moment.today())
    kept = [[str(one.of(row)) for one in said] for row in list(rows[:10] if few else rows)]
    file = io.StringIO()
    csv.writer(file).writerows(kept)
    return len(file.getvalue())


# The pages ------------------------------------------------------------------------------------------------------------------------
def queries(client: Client) -> int:
    """How many SQL queries the pages of the population take together, with nothing remembered."""
    number = 0
    for where in PAGES:
        client.get(where)
        caches["local"].clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(where).status_code == 200, where
        number += len(asked)
    return number


def touched(towns: list[Any]) -> float:
    """Processor seconds to note that one constituent changed, and to count it again; it, and nobody else."""
    chosen = random.Random(1).sample(towns, TOUCHED)
    before = moment.now()
    spent = cost(lambda: _again(chosen))
    again = set(Standing.objects.filter(changed_at__gte=before).values_list("organisation", flat=True))
    assert again == set(chosen), "others were counted again too"
    return spent / TOUCHED


def _again(towns: list[Any]) -> None:
    for one in towns:
        standing.touch([one])
        standing.refresh_due()


def timed(cookie: str) -> dict[str, float]:
    """The page, the page just after one constituent changed, the same bytes ready-made, and counting one; the best of the rounds, in turn."""
    towns = list(Standing.objects.values_list("organisation", flat=True))
    connection.close_at = None  # one backend for all that follows, whose processor time we read
    handler = WSGIHandler()
    rounds: dict[str, list[float]] = {"page": [], "changed": [], "ready": [], "touched": []}
    for _ in range(ROUNDS + 1):  # the first warms up
        page, READY["board"] = mean(PAGE, handler, cookie, nothing_happens)
        changed, _answer = mean(PAGE, handler, cookie, lambda: standing.touch([random.choice(towns)]))
        ready, _answer = mean("/ready-made/", handler, cookie, nothing_happens)
        found = {"page": page, "changed": changed, "ready": ready, "touched": touched(towns)}
        for name, seconds in found.items():
            rounds[name].append(seconds)
    return {name: min(found[1:]) for name, found in rounds.items()} | {"bytes": len(READY["board"])}


def main(constituents: int) -> None:
    """Seed, measure exports and pages, print a line of JSON."""
    settings.ALLOWED_HOSTS = ["*"]
    urls.urlpatterns.append(path("ready-made/", ready_made))
    with fresh_database():
        result: dict[str, Any] = in_child(lambda: seed(constituents))
        client = Client()
        client.force_login(cast.duty_officer())
        for form in FORMS:
            result[form] = in_child(lambda: peak(lambda few: export(client, form, few)))  # noqa: B023  # called at once
        result["held"] = in_child(lambda: peak(held))
        result["queries"] = queries(client)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        print(json.dumps(result | timed(cookie)))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    finally:
        embedded.stop()
