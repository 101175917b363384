"""Our side of `population-...`: the page over all constituents as an officer's browser gets it, 218 controls each, and the export of all of them.

Processor time is that of this process and of its PostgreSQL backend together. Everything is seeded by COPY in a process of its own, so that the
memory that is measured is that of the export alone. Before every request of "changed" one constituent is noted as changed, and counted again.
"""

# Django is set up before our apps are imported
from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ["PARAAT_SECOND_FACTOR"] = "no"  # the session stands for an officer who signed in with two

from tests.benchmarks.persisted import cost, fresh_database  # sets Django up

# isort: split

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from paraat.kernel.ids import uuid7
from paraat.platform import embedded, moment
from paraat.readiness.actions import standing
from paraat.readiness.actions.frameworks import load_built_in
from paraat.readiness.models import Answer, Edition, Standing
from paraat.registry.models import Organisation, Supply
from paraat.registry.words import PROVINCES
from tests import cast
from tests.benchmarks.board import environ, vacuum

ROUNDS, REQUESTS = 4, 8
STATUSES = ("met", "met", "met", "met", "partly", "not_met", "not_applicable", "not_testable")
CONSTITUENTS_OF_A_SUPPLIER = 25


# Seeding --------------------------------------------------------------------------------------------------------------------------
def seed(constituents: int) -> dict[str, float]:
    """Constituents with a submitted CyFun assessment of 218 answers each; then everybody is counted once. How long that took."""
    load_built_in()
    edition = Edition.objects.get(framework__key="cyfun-2025")
    controls = list(edition.controls.values_list("pk", "identifier"))
    towns = put_towns(constituents)
    assessments = [(uuid7(), town, random.Random(place)) for place, town in enumerate(towns)]
    drawn = [(pk, town, [chance.choice(STATUSES) for _control in controls]) for pk, town, chance in assessments]
    copy_assessments(edition, controls, drawn)
    copy_answers(controls, drawn)
    vacuum()
    standing.touch_stale()
    begun = time.perf_counter()
    while standing.refresh_due():
        pass
    spent = time.perf_counter() - begun
    vacuum()
    assert Answer.objects.count() == constituents * len(controls)
    assert Standing.objects.exclude(cyfun_on=None).count() == constituents
    return {"counted": spent, "controls": len(controls)}


def put_towns(constituents: int) -> list[Any]:
    """Towns over five provinces and all sizes, each with a supplier."""
    codes = sorted(PROVINCES)[:5]
    firms = [
        Organisation(kind="provider", name=f"Firm {number}", languages=["nl"], constituent=False)
        for number in range(max(constituents // CONSTITUENTS_OF_A_SUPPLIER, 1))
    ]
    towns = [
        Organisation(
            kind="municipality",
            name=f"Gemeente {number:05}",
            nis=f"{number % 90000:05d}",
            province=codes[number % 5],
            population=1000 * (1 + number % 120),
            languages=["nl"],
        )
        for number in range(constituents)
    ]
    Organisation.objects.bulk_create([*firms, *towns], batch_size=5000)
    bonds = [
        Supply(supplier=firms[place % len(firms)], customer=town, what="Hosting") for place, town in enumerate(towns)
    ]
    Supply.objects.bulk_create(bonds, batch_size=5000)
    return [town.pk for town in towns]


def copy_assessments(edition: Edition, controls: list[Any], drawn: list[Any]) -> None:
    """The assessments with the results that submitting would have frozen."""
    now = moment.now() - timedelta(days=1)
    columns = (
        "id, tlp, exercise, organisation_id, number, edition_id, level, kind, state, opened_at, opened_by, submitted_at, submitted_by,"
        " closed_because, result, earlier, shared_by, answered, asked, untestable, errors"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY readiness_assessment ({columns}) FROM STDIN") as rows:
        for place, (pk, town, statuses) in enumerate(drawn):
            named = [(identifier, status) for (_pk, identifier), status in zip(controls, statuses, strict=True)]
            result = {
                "total": f"{1 + 4 * statuses.count('met') / len(statuses):.2f}",
                "met": False,
                "unmet": [identifier for identifier, status in named if status in {"partly", "not_met"}],
                "unclear": [identifier for identifier, status in named if status == "not_testable"],
            }
            size = len(statuses)
            rows.write_row(
                (pk, 3, False, town, f"S2026-{place:06}", edition.pk, "", "self", "submitted", now, "bench", now, "bench",
                 "", json.dumps(result), "[]", "", size, size, statuses.count("not_testable"), 0)
            )  # fmt: skip


def copy_answers(controls: list[Any], drawn: list[Any]) -> None:
    """The answers themselves: no page may look at them, so they must be there. Written as text, for two million of them."""
    columns = "id, assessment_id, control_id, status, explanation, version, saved_by, common"
    with connection.cursor() as cursor, cursor.copy(f"COPY readiness_answer ({columns}) FROM STDIN") as rows:
        for place, (pk, _town, statuses) in enumerate(drawn):
            lines = [
                f"{place:08x}-{nth:04x}-7000-8000-000000000000\t{pk}\t{control}\t{status}\t\t1\tbench\tf\n"
                for nth, ((control, _identifier), status) in enumerate(zip(controls, statuses, strict=True))
            ]
            rows.write("".join(lines))


def seeded(constituents: int) -> dict[str, float]:
    """Seed in a child, whose memory goes with it."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.write(write, json.dumps(seed(constituents)).encode())
            connection.close()
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    _pid, status = os.waitpid(child, 0)
    assert status == 0, "seeding failed"
    with os.fdopen(read) as found:
        return dict(json.loads(found.read()))


# Measuring ------------------------------------------------------------------------------------------------------------------------
def mean(where: str, handler: WSGIHandler, cookie: str, before: Callable[[], None]) -> float:
    """Processor seconds of one request, the mean of a round."""
    spent = 0.0
    for _ in range(REQUESTS):
        before()
        response: list[Any] = []
        spent += cost(lambda: response.append(handler(environ(where, cookie), _started)))  # noqa: B023
        assert response[0].status_code == 200, (response[0].status_code, response[0].headers)
    return spent / REQUESTS


def _started(*_said: Any) -> Any:
    """What a WSGI server does with the status: nothing here."""


def peak(work: Callable[[], int]) -> tuple[float, float, int]:
    """The most memory that this process held before and during `work`, in MB, and how many bytes came out."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _held("VmRSS")
    size = work()
    return before, _held("VmHWM"), size


def _held(name: str) -> float:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) / 1024


def export(client: Client, where: str) -> Callable[[], int]:
    """Read a whole export and throw it away."""

    def work() -> int:
        answer: Any = client.get(where)
        assert answer.status_code == 200, where
        parts: Iterator[bytes] = answer.streaming_content if answer.streaming else iter([answer.content])
        return sum(len(part) for part in parts)

    return work


def main(constituents: int) -> None:
    """Seed, measure the page and the exports, print a line of JSON."""
    settings.ALLOWED_HOSTS = ["*"]
    with fresh_database():
        result: dict[str, Any] = dict(seeded(constituents))
        connection.close_at = None  # one backend for all, whose processor time we read
        client = Client()
        client.force_login(cast.duty_officer())
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        export(client, "/population/constituents/?format=csv&q=Gemeente+00001")()  # what is loaded once is loaded
        for form in ("csv", "xlsx", *(["pdf"] if "pdf" in sys.argv else [])):
            before, most, size = peak(export(client, f"/population/constituents/?format={form}"))
            result |= {f"{form}_before": before, f"{form}_peak": most, f"{form}_bytes": size}
        towns = list(Standing.objects.values_list("organisation", flat=True)[:500])
        handler, rounds = WSGIHandler(), {"page": [], "changed": []}  # type: ignore[var-annotated]
        for _ in range(ROUNDS + 1):  # the first warms up
            rounds["page"].append(mean("/population/", handler, cookie, lambda: None))
            rounds["changed"].append(
                mean("/population/", handler, cookie, lambda: standing.touch([random.choice(towns)]))
            )
        print(json.dumps(result | {name: min(found[1:]) for name, found in rounds.items()}))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    finally:
        embedded.stop()
