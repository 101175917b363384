"""A deed of incident response done in a process that is killed at some instant, again and again: what is left is before or after, never between.

    python -m tests.faults.respond triage 12

runs within an installation. Each round prepares, forks, lets the child do the deed and kills it (-9) at a later instant every round; the last
round is not killed. Then it looks. Prints {"before": n, "after": n}.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import count
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402
from django.db.models import Model  # noqa: E402
from tests import cast  # noqa: E402

from paraat.accounts.middleware import actor_of  # noqa: E402
from paraat.alerts.models import Delivery  # noqa: E402
from paraat.incidents.actions import evidence, notes, tasks  # noqa: E402
from paraat.incidents.actions.cases import open_case  # noqa: E402
from paraat.incidents.actions.merging import merge_cases  # noqa: E402
from paraat.incidents.actions.regime_flags import set_regime  # noqa: E402
from paraat.incidents.actions.reports import take_report  # noqa: E402
from paraat.incidents.actions.triage import accept_report  # noqa: E402
from paraat.incidents.models import Case, Clock, ClockReminder, Content, Custody, Evidence, Report, Series  # noqa: E402
from paraat.kernel.marking import Tlp  # noqa: E402
from paraat.platform import files, journal, moment, vault  # noqa: E402
from paraat.platform.models import JournalEntry  # noqa: E402
from paraat.warroom.actions.freezing import approve_report  # noqa: E402
from paraat.warroom.actions.rooms import open_room  # noqa: E402
from paraat.warroom.actions.sitreps import draft_report, submit_report  # noqa: E402
from paraat.warroom.models import Room, SituationReport  # noqa: E402

CLASS = "information-content-security.unauthorised-information-modification"
SIZE = 24 << 20
_names = count(1)


def by() -> Any:
    return actor_of(cast.duty_officer())


def entries(verb: str, row: Model) -> int:
    return JournalEntry.objects.filter(verb=verb, object_id=str(row.pk)).count()


# Triage ---------------------------------------------------------------------------------------------------------------------------
def report() -> Report:
    now = moment.now()
    return take_report(
        through="phone", text="Files are locked", organisation=cast.ronse(), by=by(), services=["Counter"], known_at=now - timedelta(hours=1)
    )  # fmt: skip


def accept(row: Report) -> None:
    accept_report(report=row, by=by(), classification=CLASS, severity=4)


def accepted(row: Report) -> bool:
    """Everything of a triage, or nothing."""
    row.refresh_from_db()
    if row.state == Report.State.NEW:
        assert row.case is None and row.triaged_at is None and not row.entries.exists()
        assert entries("report.accepted", row) == 0
        return False
    case = row.case
    assert row.state == Report.State.ACCEPTED and case is not None
    assert case.timeline.filter(report=row).count() == 2
    assert [one.name for one in case.services.all()] == ["Counter"]
    assert case.tasks.count() >= 3, "tasks of the playbook"
    started = list(case.clocks.all())
    assert {one.regime for one in started} >= {"gdpr", "nis2-be"}
    assert all(one.steps.exists() for one in started)
    assert ClockReminder.objects.filter(step__clock__in=started).count() >= 5
    assert (entries("report.accepted", row), entries("case.opened", case)) == (1, 1)
    return True


# Merge ----------------------------------------------------------------------------------------------------------------------------
def pair() -> tuple[Case, Case]:
    made = []
    for name in ("one", "other"):
        case = open_case(organisation=cast.ronse(), title=name, by=by(), classification=CLASS)
        tasks.add_task(case=case, title=f"Task of {name}", by=by())
        notes.write_note(case=case, title=f"Note of {name}", text="x", by=by())
        evidence.store_evidence(case=case, name=f"{name}.txt", stream=[f"{name} {next(_names)}".encode()], by=by())
        made.append(case)
    return made[0], made[1]


def merge(rows: tuple[Case, Case]) -> None:
    merge_cases(case=rows[0], into=rows[1], by=by(), reason="The same")


def merged(rows: tuple[Case, Case]) -> bool:
    """What was of the one is there once: with the one, or with the other."""
    case, into = rows
    for one in rows:
        one.refresh_from_db()
    done = case.state == Case.State.MERGED
    moved = Custody.objects.filter(evidence__case=into, deed=Custody.Deed.MOVED).count()
    copies = into.timeline.filter(came_from=case.pk).count()
    mine = case.timeline.count()
    assert sorted(into.notes.values_list("title", flat=True)) == ["Note of one", "Note of other"][0 if done else 1 :]
    assert into.evidence.count() == (2 if done else 1) and moved == int(done)
    assert into.tasks.filter(title="Task of one").count() == int(done)
    assert copies == (mine - 1 if done else 0)  # without the line that says so
    assert (case.merged_into_id, entries("case.merged", case)) == ((into.pk, 1) if done else (None, 0))
    return done


# Freeze ---------------------------------------------------------------------------------------------------------------------------
def submitted() -> SituationReport:
    room = Room.objects.first() or open_room(title="Room", by=by())
    made = draft_report(room=room, version="tactical", language="en", tlp=Tlp.AMBER, by=by())
    return submit_report(report=made, by=by())


def freeze(row: SituationReport) -> None:
    approve_report(report=row, by=actor_of(cast.second_officer()))


def frozen(row: SituationReport) -> bool:
    """Number, digest, papers and the one before, or none of it."""
    row.refresh_from_db()
    kept = SituationReport.objects.exclude(sequence=None)
    numbers = sorted(kept.values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert kept.filter(state="frozen").count() == min(len(numbers), 1)
    if row.state == SituationReport.State.SUBMITTED:
        assert (row.sequence, row.pdf, row.docx, row.digest, row.frozen_at) == (None, "", "", "", None)
        assert entries("sitrep.frozen", row) == 0
        return False
    assert row.state == SituationReport.State.FROZEN and entries("sitrep.frozen", row) == 1
    for path in (row.pdf, row.docx):
        with files.open_stored(path) as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == path.rsplit("/", 1)[-1]
    return True


# Upload ---------------------------------------------------------------------------------------------------------------------------
def holding() -> tuple[Case, str]:
    case = Case.objects.first() or open_case(organisation=cast.ronse(), title="Locked", by=by())
    return case, f"disk {next(_names)}.img"


def upload(what: tuple[Case, str]) -> None:
    case, name = what
    pieces = (hashlib.sha256(f"{name} {part}".encode()).digest() * 2048 for part in range(SIZE >> 16))
    evidence.store_evidence(case=case, name=name, stream=pieces, by=by())


def uploaded(what: tuple[Case, str]) -> bool:
    """A row with whole content and the first link of its chain of custody, or no row."""
    row = Evidence.objects.filter(name=what[1]).first()
    if row is None:
        return False
    assert row.size == SIZE and row.content is not None
    assert row.custody.count() == 1 and entries("evidence.received", row) == 1
    vault.check(row.content.kept)
    return True


DEEDS: dict[str, tuple[Callable[[], Any], Callable[[Any], None], Callable[[Any], bool]]] = {
    "triage": (report, accept, accepted),
    "merge": (pair, merge, merged),
    "freeze": (submitted, freeze, frozen),
    "upload": (holding, upload, uploaded),
}


# Killing --------------------------------------------------------------------------------------------------------------------------
def start(deed: Callable[[Any], None], on: Any) -> int:
    """Do it in a child, which tells the database its name."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        connection.ensure_connection()
        connection.cursor().execute("SET application_name = 'killed'")
        deed(on)
    finally:
        connections.close_all()
        os._exit(0)


def settled() -> None:
    """Wait until the database noticed that who was killed is gone."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'killed'"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
    raise AssertionError("the killed process still has a connection")


def rounds(name: str, number: int) -> Counter[str]:
    prepare, deed, look = DEEDS[name]
    began, first = time.monotonic(), prepare()
    os.waitpid(start(deed, first), 0)  # how long it takes
    assert look(first)
    whole = time.monotonic() - began
    found: Counter[str] = Counter()
    for place in range(number):
        what = prepare()
        child = start(deed, what)
        time.sleep(whole * place / number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        settled()
        found["after" if look(what) else "before"] += 1
    return found


def afterwards() -> None:
    """Of everything together: numbers without gaps, nothing told twice, the journal holds, nothing in the vault that no row knows."""
    for kind, model in {"R": Report, "C": Case, "E": Evidence}.items():
        last = sum(Series.objects.filter(kind=kind).values_list("last", flat=True))
        numbers = [int(number.partition("-")[2]) for number in model.objects.values_list("number", flat=True)]
        assert sorted(numbers) == list(range(1, last + 1)), (kind, last, len(numbers))
    pages = Delivery.objects.filter(purpose=Delivery.Purpose.PAGE)
    # What waits long is paged again, later and to the next rung: not the same page.
    once(pages.values_list("address", "created_at"))
    once(Delivery.objects.exclude(pk__in=pages).values_list("purpose", "key", "address"))
    once(Clock.objects.values_list("case", "regime"))
    findings = list(journal.verify())
    assert not findings, findings
    known = set(Content.objects.kept().values_list("place", flat=True))
    vault.sweep(known, before=moment.now() + timedelta(minutes=1))
    places = set(vault.configured().places(moment.now() + timedelta(minutes=1)))
    assert places == known
    files.sweep(0)
    assert not list((files.root() / "incoming").glob("*"))


def once(rows: Iterable[Any]) -> None:
    assert [row for row, times in Counter(rows).items() if times > 1] == []


def main() -> None:
    name, *given = sys.argv[1:]
    ronse = cast.ronse()
    for regime in ("gdpr", "nis2-be"):
        set_regime(organisation=ronse, regime=regime, applies=True, source="Test", by=by())
    found = rounds(name, int(given[0]))
    afterwards()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
