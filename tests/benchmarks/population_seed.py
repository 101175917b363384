"""The population that `population-...` measures: constituents with something of everything that their standing counts, all by COPY.

Each has a submitted CyFun assessment of 218 controls and one of our checklist, measures, answers to lessons, steps of a programme or an own
equivalent, a finding, critical services with a test, and attendances. Then everybody is counted as the product counts them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from paraat.kernel.ids import uuid7
from paraat.platform import moment
from paraat.readiness.actions import standing
from paraat.readiness.actions.frameworks import load_built_in
from paraat.readiness.actions.population import freeze_peers, keep_figures
from paraat.readiness.models import (
    Answer,
    Assessment,
    Attendance,
    ContinuityTest,
    CriticalService,
    Edition,
    Finding,
    Lesson,
    LessonAnswer,
    Measure,
    Participation,
    PopulationSnapshot,
    Programme,
    Session,
    Standing,
    Step,
    TestedService,
)
from paraat.registry.models import Organisation, Supply
from paraat.registry.words import PROVINCES
from tests.benchmarks.board import vacuum

CONTROLS = 218
STATUSES = ("met", "met", "met", "met", "partly", "not_met", "not_applicable", "not_testable")
OF_A_SUPPLIER = 25
LESSONS, MEASURES, SERVICES, SESSIONS, DAYS = 3, 4, 6, 2, 400
STEPS = ("invited", "signed-up", "ordered", "carried-out", "report", "invoiced", "paid")


def seed(constituents: int) -> dict[str, float]:
    """Put them, count them; how long counting everybody took, and freezing the peers."""
    load_built_in()
    towns = put_towns(constituents)
    put_assessments(towns)
    put_lessons_and_sessions(towns)
    put_measures(towns)
    put_programmes(towns)
    put_continuity(towns)
    vacuum()
    standing.touch_stale()
    begun = time.perf_counter()
    while standing.refresh_due():
        pass
    counted = time.perf_counter()
    freeze_peers()
    frozen = time.perf_counter()
    put_days()
    vacuum()
    check(constituents)
    return {"counted": counted - begun, "frozen": frozen - counted}


def check(constituents: int) -> None:
    """Nobody was left out, nor any of what was seeded."""
    full = Standing.objects.filter(current=True, involved_in__len__gte=5, findings_open=1, resumes="all")
    assert full.exclude(cyfun_on=None).exclude(basics_on=None).count() == constituents
    assert Answer.objects.filter(assessment__edition__framework__key="cyfun-2025").count() == constituents * CONTROLS


def copy(rows: Iterable[Any]) -> None:
    """Rows of one model by COPY, as the ORM would have written them."""
    left = iter(rows)
    first = next(left)
    fields = [one for one in first._meta.concrete_fields if not isinstance(one, models.AutoField)]
    columns = ", ".join(f'"{one.column}"' for one in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {first._meta.db_table} ({columns}) FROM STDIN") as out:
        for row in _all(first, left):
            out.write_row([one.get_db_prep_save(one.pre_save(row, True), connection) for one in fields])


def _all(first: Any, left: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from left


# What there is --------------------------------------------------------------------------------------------------------------------
def put_towns(constituents: int) -> list[Any]:
    """Towns over five provinces and all sizes, each with a supplier."""
    codes = sorted(PROVINCES)[:5]
    firms = [
        Organisation(kind="provider", name=f"Firm {number}", languages=["nl"], constituent=False)
        for number in range(max(constituents // OF_A_SUPPLIER, 1))
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
    copy([*firms, *towns])
    copy(Supply(supplier=firms[place % len(firms)], customer=town, what="Hosting") for place, town in enumerate(towns))
    return [town.pk for town in towns]


def put_assessments(towns: list[Any]) -> None:
    """Of CyFun and of the checklist, with the results that submitting would have frozen. Their answers are there so that reading them would
    show: no page may."""
    for series, key in (("S", "cyfun-2025"), ("T", "basics")):
        edition = Edition.objects.get(framework__key=key)
        controls = list(edition.controls.values_list("pk", "identifier"))
        assert key == "basics" or len(controls) == CONTROLS
        drawn = [(uuid7(), town, _drawn(place, len(controls))) for place, town in enumerate(towns)]
        copy(_assessment(edition, f"{series}2026-{place:06}", controls, *one) for place, one in enumerate(drawn))
        copy_answers(series, controls, drawn)


def _drawn(place: int, number: int) -> list[str]:
    chance = random.Random(place)
    return [chance.choice(STATUSES) for _control in range(number)]


def _assessment(edition: Edition, number: str, controls: list[Any], pk: Any, town: Any, statuses: list[str]) -> Assessment:  # fmt: skip
    then = moment_of(1)
    named = [(identifier, status) for (_pk, identifier), status in zip(controls, statuses, strict=True)]
    result = {
        "total": f"{1 + 4 * statuses.count('met') / len(statuses):.2f}",
        "met": False,
        "unmet": [identifier for identifier, status in named if status in {"partly", "not_met"}],
        "unclear": [identifier for identifier, status in named if status == "not_testable"],
    }
    return Assessment(
        pk=pk, organisation_id=town, number=number, edition=edition, state="submitted", opened_at=then, opened_by="bench",
        submitted_at=then, submitted_by="bench", result=result, answered=len(statuses), asked=len(statuses),
        untestable=statuses.count("not_testable"),
    )  # fmt: skip


def copy_answers(series: str, controls: list[Any], drawn: list[Any]) -> None:
    """The answers themselves, written as text: there are two million of them."""
    columns = "id, assessment_id, control_id, status, explanation, version, saved_by, common"
    begins = f"{ord(series):02x}"
    with connection.cursor() as cursor, cursor.copy(f"COPY readiness_answer ({columns}) FROM STDIN") as rows:
        for place, (pk, _town, statuses) in enumerate(drawn):
            lines = [
                f"{begins}{place:06x}-{nth:04x}-7000-8000-000000000000\t{pk}\t{control}\t{status}\t\t1\tbench\tf\n"
                for nth, ((control, _identifier), status) in enumerate(zip(controls, statuses, strict=True))
            ]
            rows.write("".join(lines))


_NOW: list[Any] = []


def moment_of(days: int) -> Any:
    """So many days ago; the database is asked once."""
    if not _NOW:
        _NOW.append(moment.now())
    return _NOW[0] - timedelta(days=days)


def put_lessons_and_sessions(towns: list[Any]) -> None:
    """Lessons told to all, the last of which every other town has not answered; sessions to which two of three came."""
    then = moment_of(20)
    for number in range(LESSONS):
        lesson = Lesson.objects.create(
            number=f"L2026-{number:04}", state="released", created_at=then, created_by="bench"
        )
        copy(
            LessonAnswer(organisation_id=town, lesson=lesson, state="open", told=True)
            if number == LESSONS - 1 and place % 2
            else LessonAnswer(organisation_id=town, lesson=lesson, state="done", answered_at=then)
            for place, town in enumerate(towns)
        )
    for number in range(SESSIONS):
        session = Session.objects.create(
            number=f"B2026-{number:04}", state="held", starts_at=then, ends_at=then, created_at=then, created_by="bench"
        )
        copy(
            Attendance(organisation_id=town, session=session, state="coming", came=place % 3 > 0, answered_at=then)
            for place, town in enumerate(towns)
        )


def put_measures(towns: list[Any]) -> None:
    """Measures in every state, of every fifth town one that is overdue; and a finding each."""
    then, states = moment_of(20), ("planned", "going", "done", "verified")
    today = moment.today()
    copy(
        Measure(
            organisation_id=town, number=f"M2026-{place * MEASURES + nth:06}", title="Backups", state=states[nth],
            due_on=today + timedelta(days=-3 if place % 5 == 0 else 30), created_at=then, created_by="bench",
        )
        for place, town in enumerate(towns) for nth in range(MEASURES)
    )  # fmt: skip
    copy(
        Finding(
            organisation_id=town, number=f"F2026-{place:06}", origin="test", state="disclosed", title="Old", created_at=then
        )
        for place, town in enumerate(towns)
    )  # fmt: skip


def put_programmes(towns: list[Any]) -> None:
    """Two of three take part in the audits, up to any step; the others have their own equivalent."""
    then, today = moment_of(40), moment.today()
    programme = Programme.objects.create(key="audit", title={"en": "Audit"}, created_at=then)
    taking = [
        Participation(
            organisation_id=town, programme=programme, state="equivalent" if place % 3 == 0 else "going", state_at=then
        )
        for place, town in enumerate(towns)
    ]
    copy(taking)
    copy(
        Step(participation=one, name=name, on=today - timedelta(days=30 - nth), recorded_at=then)
        for place, one in enumerate(taking) if place % 3
        for nth, name in enumerate(STEPS[: 2 + place % 6])
    )  # fmt: skip


def put_continuity(towns: list[Any]) -> None:
    """Services that must be back within two days, and a test with a file that brought each back in six hours."""
    then, today = moment_of(40), moment.today()
    services = [
        CriticalService(
            organisation_id=town, kind="other", name=f"Service {nth}", max_downtime_hours=48, rto_hours=24, changed_at=then
        )
        for town in towns for nth in range(SERVICES)
    ]  # fmt: skip
    tests = [
        ContinuityTest(
            organisation_id=town, kind="tabletop", on=today - timedelta(days=30), hours=Decimal(6), result="resumed",
            file="0" * 64, recorded_at=then, recorded_by="bench",
        )
        for town in towns
    ]  # fmt: skip
    copy(services)
    copy(tests)
    copy(
        TestedService(test=tests[place // SERVICES], service=one, limit_hours=48, result="resumed")
        for place, one in enumerate(services)
    )


def put_days() -> None:
    """The figures of each night of more than a year."""
    kept = keep_figures()
    assert kept is not None
    copy(PopulationSnapshot(on=kept.on - timedelta(days=ago), figures=kept.figures) for ago in range(1, DAYS))
