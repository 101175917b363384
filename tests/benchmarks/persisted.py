"""Our side and the opponent of `attribution-persisted`: a report read into PostgreSQL as production does, and the very same rows by bare COPY.

Processor time is that of this process and of its PostgreSQL backend together, on both sides.
"""

# ruff: noqa: E402  # Django is set up before our apps are imported
from __future__ import annotations

import ipaddress
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import VAR

os.environ |= {
    "PARAAT_HOME": str(VAR / "bench"),
    "PARAAT_MODE": "test",
    "PARAAT_DURABLE": "no",
    "DJANGO_SETTINGS_MODULE": "paraat.settings",
}

import django

django.setup()

from django.db import connection, transaction

from paraat.feeds import actions
from paraat.feeds.models import Run
from paraat.kernel.actor import SYSTEM
from paraat.observations.models import Finding, Match, Observation
from paraat.platform import embedded, facts
from paraat.registry.models import Asset, Organisation
from tests import database
from tests.benchmarks.attribution import registry

RUNS = 3
TABLES = (Observation, Match, Finding)
SLICE = 1 << 18
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def fresh_database() -> Iterator[None]:
    """A clone of the template as the application's role, thrown away afterwards."""
    server = database.start()
    name = f"session_{os.getpid()}_bench"
    database.clone(server, database.template(server), name)
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        database.drop(server, name)


def cost(work: Callable[[], Any]) -> float:
    """Processor seconds of `work`, here and in the backend."""
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    before = time.process_time() + _spent(backend)
    work()
    return time.process_time() + _spent(backend) - before


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def put_registry(constituents: int) -> None:
    """The opponents' synthetic registry, as rows."""
    drawn = registry(constituents)
    bodies = [Organisation(kind="municipality", name=f"Gemeente {each['id']}", languages=["nl"]) for each in drawn]
    Organisation.objects.bulk_create(bodies, batch_size=5000)
    assets = [
        Asset(organisation=body, kind=kind, value=value, source="generated")
        for body, each in zip(bodies, drawn, strict=True)
        for kind, value in _owned(each)
    ]
    Asset.objects.bulk_create(assets, batch_size=5000)


def _owned(each: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("domain", name) for name in each["domains"])
    yield from (("network", f"{ipaddress.ip_address(low)}/{prefix}") for low, _, prefix in each["networks"])


def read_once(path: Path, constituents: int) -> tuple[float, int, dict[str, bytes]]:
    """The cost of reading, how many rows were read, and the rows that it left behind, as COPY writes them."""
    with fresh_database():
        put_registry(constituents)
        source = actions.add_source(slug="bench", title="Bench", format="shadowserver", by=SYSTEM)
        run = actions.receive_file(source=source, path=path, file_name=path.name, origin=Run.Origin.CLI, by=SYSTEM)
        facts._subscribers.clear()  # the alert that follows is measured by a line of its own
        spent = cost(lambda: actions.read_run(run=run))
        run.refresh_from_db()
        assert run.state == Run.State.READ, run.error
        tables = [model._meta.db_table for model in (*TABLES, Organisation)]
        return spent, run.records + run.quarantined, {table: _copied_out(table) for table in tables}


def _copied_out(table: str) -> bytes:
    out = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        for data in copy:
            out.write(data)
    return out.getvalue()


def bare_once(rows: dict[str, bytes], ground: bytes) -> float:
    """The cost of the same rows by COPY alone, in one transaction, into the same tables with the same indexes and keys."""
    with fresh_database():
        _copy_in({Organisation._meta.db_table: ground})
        return cost(lambda: _copy_in(rows))


def _copy_in(rows: dict[str, bytes]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, data in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                view = memoryview(data)
                for begin in range(0, len(view), SLICE):
                    copy.write(view[begin : begin + SLICE])


def main(path: Path, constituents: int) -> None:
    """Best of three, each on a fresh database, the two sides in turn."""
    ours = bare = float("inf")
    for _ in range(RUNS):
        spent, total, rows = read_once(path, constituents)
        ground = rows.pop(Organisation._meta.db_table)
        ours, bare = min(ours, spent), min(bare, bare_once(rows, ground))
    print(json.dumps({"events": total, "eps_cpu": round(total / ours), "bare_eps_cpu": round(total / bare)}))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    finally:
        embedded.stop()
