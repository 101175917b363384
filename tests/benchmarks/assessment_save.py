"""Both sides of `assessment-save`: 300 SPOCs who answer at once, and a bare transaction of the very same rows.

Every SPOC has an open assessment of 218 controls and answers some of them in turn; the saves of all of them go through so many connections at once
as a web server of this house holds. Ours is the verb that the page, the API and the command line call, with its figures, history, journal and note
for the population. Bare is the driver's own cursor with the same statements and parameters made beforehand: no ORM, no checks, no model. Processor
time is that of this process and of every PostgreSQL backend; each side has a database of its own.
"""

# Django is set up before our apps are imported
from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from tests.benchmarks.persisted import _copied_out, _copy_in, _spent, fresh_database  # sets Django up

# isort: split

import psycopg
from django.db import connection, connections

from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.ids import uuid7
from paraat.platform import embedded, moment
from paraat.readiness.actions.answers import save_answer
from paraat.readiness.models import Answer, AnswerChange, Assessment, Control, Edition, Framework
from paraat.registry.models import Organisation

SPOCS, CONTROLS, EACH, TOGETHER, RUNS = 300, 218, 4, 48, 3
"""Every second save changes an answer that was given before, so that what it was is kept."""
SPOC = Actor(ActorKind.USER, uuid7(), "SPOC of the benchmark")
STATUSES = ("met", "not_met", "not_testable", "partly")


@dataclass(frozen=True)
class Work:
    """One save: of which answer, from which version, and what of."""

    answer: Any
    version: int
    status: str


def put() -> None:
    """The towns with their assessments."""
    now = moment.now()
    framework = Framework.objects.create(key="bench", scoring="checklist")
    edition = Edition.objects.create(framework=framework, version="1", source="bench", digest="", added_at=now)
    Control.objects.bulk_create(Control(edition=edition, identifier=f"C{n:03d}", position=n) for n in range(CONTROLS))
    towns = [
        Organisation(kind="municipality", name=f"Gemeente {n}", nis=f"{n:05d}", languages=["nl"]) for n in range(SPOCS)
    ]
    Organisation.objects.bulk_create(towns)
    fields = {"edition": edition, "opened_at": now, "opened_by": "x", "asked": CONTROLS}
    made = [Assessment(organisation=town, number=f"S2026-{n:04d}", **fields) for n, town in enumerate(towns)]
    Assessment.objects.bulk_create(made)
    controls = list(Control.objects.all())
    Answer.objects.bulk_create((Answer(assessment=one, control=it) for one in made for it in controls), batch_size=5000)


def vacuum() -> None:
    """What autovacuum would have done by then."""
    url = embedded.start().url(embedded.SUPERUSER, str(connection.settings_dict["NAME"]))
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")


def works() -> list[Work]:
    """What the SPOCs save, in turn: each a few answers, and then each of these again."""
    rows: dict[Any, list[Answer]] = {}
    asked = Answer.objects.select_related("assessment", "control").filter(control__position__lt=EACH // 2)
    for row in asked.order_by("assessment__number", "control__position"):
        rows.setdefault(row.assessment_id, []).append(row)
    return [
        Work(answers[place % (EACH // 2)], place // (EACH // 2), STATUSES[place % 4])
        for place in range(EACH)
        for answers in rows.values()
    ]


def ours(work: Work) -> None:
    """The verb, on the row as the page loads it."""
    save_answer(
        answer=work.answer, version=work.version, by=SPOC, status=work.status, explanation=f"Since {work.version}"
    )


# Bare -----------------------------------------------------------------------------------------------------------------------------
BASE = (Organisation, Framework, Edition, Control, Assessment, Answer)
Statements = list[tuple[str, Any]]


def recorded(work: Work) -> tuple[Statements, int]:
    """What our side writes for one save, and how many queries it takes in all."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ours(work)
    return [one for one in found if one[0].startswith(("INSERT", "UPDATE"))], len(found)


def bare(statements: Statements) -> None:
    """The same rows in one transaction by the driver's own cursor, and nothing else."""
    connection.ensure_connection()
    driver = connection.connection
    with driver.transaction(), driver.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)


# At once --------------------------------------------------------------------------------------------------------------------------


def at_once(deed: Callable[[Any], None], works: list[Any]) -> tuple[float, list[float]]:
    """Processor seconds of all of it, over so many connections at once, and how long each save took by the clock."""
    waiting: SimpleQueue[Any] = SimpleQueue()
    for one in works:
        waiting.put(one)
    ready, done, left = threading.Barrier(TOGETHER + 1), threading.Barrier(TOGETHER + 1), threading.Event()
    backends: list[int] = []
    took: list[float] = []

    def serve() -> None:
        connection.ensure_connection()
        backends.append(connection.connection.info.backend_pid)
        ready.wait()
        try:
            _drain(waiting, deed, took)
        finally:
            done.wait()
            left.wait()
            connections.close_all()

    threads = [threading.Thread(target=serve) for _ in range(TOGETHER)]
    for one in threads:
        one.start()
    while len(backends) < TOGETHER:
        time.sleep(0.01)
    before = time.process_time() + sum(_spent(pid) for pid in backends)
    ready.wait()
    done.wait()
    spent = time.process_time() + sum(_spent(pid) for pid in backends) - before
    left.set()
    for one in threads:
        one.join()
    assert len(took) == len(works), "not every answer was saved"
    return spent, took


def _drain(waiting: SimpleQueue[Any], deed: Callable[[Any], None], took: list[float]) -> None:
    while True:
        try:
            work = waiting.get_nowait()
        except Empty:
            return
        began = time.perf_counter()
        deed(work)
        took.append(time.perf_counter() - began)


# In turn --------------------------------------------------------------------------------------------------------------------------


def ours_once(base: dict[str, bytes]) -> tuple[float, list[float]]:
    """Our side on a database of its own."""
    with fresh_database():
        return at_once(ours, _put_back(base))


def recorded_once(base: dict[str, bytes]) -> list[tuple[Statements, int]]:
    """What our side writes for every save, on a database of its own: it holds for every other that begins with the same rows."""
    with fresh_database():
        return [recorded(work) for work in _put_back(base)]


def bare_once(base: dict[str, bytes], written: list[Statements]) -> float:
    """The bare side on a database of its own."""
    with fresh_database():
        _put_back(base)
        spent, _took = at_once(bare, written)
        assert AnswerChange.objects.count() == SPOCS * EACH // 2
        return spent


def _put_back(base: dict[str, bytes]) -> list[Work]:
    _copy_in(base)
    vacuum()
    return works()


def main() -> None:
    """Best of so many, the two sides in turn."""
    with fresh_database():
        put()
        base = {model._meta.db_table: _copied_out(model._meta.db_table) for model in BASE}
    found = recorded_once(base)
    written, queries = [statements for statements, _queries in found], statistics.mean(number for _statements, number in found)  # fmt: skip
    best = {"ours": float("inf"), "bare": float("inf")}
    for _ in range(RUNS):
        spent, took = ours_once(base)
        best["ours"] = min(best["ours"], spent)
        best["bare"] = min(best["bare"], bare_once(base, written))
    saves = SPOCS * EACH
    figures = {name: seconds / saves * 1000 for name, seconds in best.items()}
    figures |= {"queries": queries, "p95": statistics.quantiles(took, n=20)[-1] * 1000, "saves": saves}
    print(json.dumps(figures))


if __name__ == "__main__":
    try:
        main()
    finally:
        embedded.stop()
