"""How constituents stand, counted from the sources: a handful of queries for however many are asked, and no answer is looked at. Reads only.

Only what is real counts. A result is taken from the newest assessment that was submitted, as it was frozen then; while one is open again its
earlier result does not count. What parts of a merged constituent reached in programmes counts for its successor, as in the figures of programmes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Max, Min, Q, Value, When

from paraat.kernel.marking import Role, Tlp, Viewer
from paraat.platform import moment
from paraat.readiness import resuming
from paraat.readiness.models import (
    Assessment,
    Attendance,
    ContinuityTest,
    CriticalService,
    Finding,
    LessonAnswer,
    Measure,
    Participation,
    Standing,
    Step,
)
from paraat.readiness.rules import rungs
from paraat.readiness.rules.continuity import Resumes
from paraat.readiness.rules.population import size_class
from paraat.readiness.rules.standing import Traces, involved_in
from paraat.registry.models import Organisation

BASICS, CYFUN = "basics", "cyfun"
"""What is counted of assessments: our checklist, and any edition of CyFun."""
_WHICH = Case(When(edition__framework__key="basics", then=Value(BASICS)), default=Value(CYFUN))
_COUNTED = Q(edition__framework__key="basics") | Q(edition__framework__key__startswith="cyfun-")
_ALL = Viewer(roles=frozenset({Role.COORDINATOR}))  # who sees all: rights are decided where a standing is read
_GENERATIONS = 4


@dataclass
class Found:
    """What the sources say of one constituent."""

    newest: dict[str, dict[str, Any]] = field(default_factory=dict)
    assessments: int = 0
    programmes: dict[str, str] = field(default_factory=dict)
    equivalents: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    resumes: str = ""
    lessons: int = 0
    measures: int = 0
    continuity: int = 0
    sessions: int = 0
    active: list[date] = field(default_factory=list)

    def was_active(self, at: date | datetime | None) -> None:
        """Remember a day on which it did something."""
        if at is not None:
            self.active.append(moment.day(at) if isinstance(at, datetime) else at)


def counted(ids: Collection[UUID], now: datetime) -> list[Standing]:
    """How these constituents stand, as rows that are not saved. What is no constituent, or never was a real one, is left out."""
    today = moment.day(now)
    rows = Organisation.objects.real().filter(pk__in=ids, constituent=True)
    towns = list(rows.only("pk", "province", "kind", "population", "active_from", "active_until"))
    found: dict[UUID, Found] = {town.pk: Found() for town in towns}
    for source in _SOURCES:
        source(found, today)
    return [_standing(town, found[town.pk], today, now) for town in towns]


def _standing(town: Organisation, one: Found, today: date, now: datetime) -> Standing:
    traces = Traces(
        one.assessments, len(one.programmes), len(one.equivalents), one.lessons, one.measures, one.continuity, one.sessions
    )  # fmt: skip
    return Standing(
        tlp=Tlp.AMBER_STRICT,
        organisation_id=town.pk,
        province=town.province,
        kind=town.kind,
        size=size_class(town.population),
        current=_exists(town, today),
        programmes=one.programmes,
        equivalents=sorted(one.equivalents),
        resumes=one.resumes,
        involved_in=list(involved_in(traces)),
        last_active_on=max(one.active, default=None),
        changed_at=now,
        **_results(one.newest),
        **one.figures,
    )


def _exists(town: Organisation, today: date) -> bool:
    started = town.active_from is None or town.active_from <= today
    return started and (town.active_until is None or town.active_until > today)


def _results(newest: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The columns of the two frameworks, and what is lacking by either."""
    columns: dict[str, Any] = {"unmet": [], "unclear": []}
    for which, row in newest.items():
        result = row["result"]
        total = result.get("total")
        columns |= {
            f"{which}_score": Decimal(total) if total is not None else None,
            f"{which}_on": moment.day(row["submitted_at"]),
            f"{which}_met": result.get("met"),
            f"{which}_asked": f"{row['edition']}|{row['level']}",
        }
        columns["unmet"] += result.get("unmet", [])
        columns["unclear"] += [*result.get("unclear", []), *result.get("unsaid", [])]
    if CYFUN in newest:
        columns["cyfun_level"] = newest[CYFUN]["level"]
    return columns


# The sources ----------------------------------------------------------------------------------------------------------------------
def _of_assessments(found: Mapping[UUID, Found], _today: date) -> None:
    rows = Assessment.objects.real().filter(organisation__in=found, edition__framework__retired_at=None)
    answered = rows.filter(Q(answered__gt=0) | Q(submitted_at__isnull=False))
    for town, number, opened, handed_in in (
        answered.order_by()
        .values_list("organisation")
        .annotate(number=Count("pk"), opened=Max("opened_at"), handed_in=Max("submitted_at"))
    ):
        found[town].assessments = number
        found[town].was_active(handed_in or opened)
    submitted = rows.filter(_COUNTED, submitted_at__isnull=False).annotate(which=_WHICH)
    newest = submitted.order_by("organisation", "which", "-submitted_at", "-pk").distinct("organisation", "which")
    for row in newest.values("organisation", "which", "submitted_at", "result", "edition", "level"):
        found[row["organisation"]].newest[row["which"]] = row


def _of_programmes(found: Mapping[UUID, Found], today: date) -> None:
    whose = _parts(found, today)
    steps = Step.objects.filter(
        participation__organisation__in=whose, participation__exercise=False, undone_at=None, on__lte=today, name__in=rungs.TAKES_PART
    )  # fmt: skip
    reached: defaultdict[tuple[UUID, str], list[str]] = defaultdict(list)
    for town, key, name, on in steps.values_list(
        "participation__organisation", "participation__programme__key", "name", "on"
    ):
        for heir in whose[town]:
            reached[heir, key].append(name)
            found[heir].was_active(on)
    for (town, key), names in reached.items():
        found[town].programmes[key] = rungs.furthest(names)
    instead = Participation.objects.real().filter(organisation__in=whose, state=Participation.State.EQUIVALENT)
    holds = instead.filter(Q(equivalent_until=None) | Q(equivalent_until__gte=today))
    for town, key, at in holds.values_list("organisation", "programme__key", "state_at"):
        for one in map(found.__getitem__, whose[town]):
            if key not in one.programmes and key not in one.equivalents:
                one.equivalents.append(key)
                one.was_active(at)


def _parts(found: Mapping[UUID, Found], today: date) -> dict[UUID, list[UUID]]:
    """Each of these, and what merged into it (and into that), with those for whom it counts."""
    whose = {town: [town] for town in found}
    fresh: Collection[UUID] = list(whose)
    for _generation in range(_GENERATIONS):
        gone = Organisation.objects.real().filter(merged_into__in=fresh, active_until__lte=today)
        pairs = list(gone.values_list("pk", "merged_into"))
        for part, heir in pairs:
            kept = whose.setdefault(part, [])
            kept += [one for one in whose[heir] if one not in kept]
        fresh = [part for part, _heir in pairs]
        if not fresh:
            break
    return whose


def _of_lessons(found: Mapping[UUID, Found], _today: date) -> None:
    rows = LessonAnswer.objects.real().filter(organisation__in=found, told=True).exclude(lesson__state="withdrawn")
    is_open = Q(state=LessonAnswer.State.OPEN)
    for town, still, done, at in (
        rows.order_by()
        .values_list("organisation")
        .annotate(
            still=Count("pk", filter=is_open & Q(lesson__state="released")),
            done=Count("pk", filter=~is_open),
            at=Max("answered_at"),
        )
    ):
        found[town].figures |= {"lessons_open": still, "lessons_answered": done}
        found[town].lessons = done
        found[town].was_active(at)


def _of_measures(found: Mapping[UUID, Found], _today: date) -> None:
    is_open = Q(state__in=[Measure.State.PLANNED, Measure.State.GOING])
    rows = Measure.objects.real().filter(organisation__in=found).order_by().values_list("organisation")
    for town, number, going, due, verified, at in rows.annotate(
        number=Count("pk"),
        going=Count("pk", filter=is_open),
        due=Min("due_on", filter=is_open),
        verified=Count("pk", filter=Q(state=Measure.State.VERIFIED)),
        at=Max("created_at"),
    ):
        found[town].figures |= {"measures_open": going, "measures_overdue_from": due, "measures_verified": verified}
        found[town].measures = number
        found[town].was_active(at)


def _of_findings(found: Mapping[UUID, Found], _today: date) -> None:
    rows = Finding.objects.real().open().filter(organisation__in=found).order_by().values_list("organisation")
    for town, number in rows.annotate(number=Count("pk")):
        found[town].figures["findings_open"] = number


def _of_continuity(found: Mapping[UUID, Found], today: date) -> None:
    services = CriticalService.objects.real().filter(organisation__in=found, retired_at=None)
    for town, number, claimed, at in (
        services.order_by()
        .values_list("organisation")
        .annotate(number=Count("pk"), claimed=Max("rto_hours"), at=Max("changed_at"))
    ):
        found[town].figures["claimed_rto_hours"] = claimed
        found[town].continuity = number
        found[town].was_active(at)
    tests = ContinuityTest.objects.real().filter(organisation__in=found, on__lte=today)
    newest = tests.order_by("organisation", "-on", "-recorded_at").distinct("organisation")
    for town, on, hours in newest.values_list("organisation", "on", "hours"):
        found[town].figures |= {"exercised_on": on, "exercised_rto_hours": hours}
        found[town].continuity += 1
        found[town].was_active(on)
    with_services = [town for town, one in found.items() if one.continuity]
    states = resuming.states(_ALL, with_services, today)
    for town in with_services:
        found[town].resumes = states.get(town, Resumes.NOTHING.value)


def _of_sessions(found: Mapping[UUID, Found], _today: date) -> None:
    rows = Attendance.objects.real().filter(organisation__in=found).exclude(session__state="cancelled")
    came = Q(came=True)
    comes = came | Q(state=Attendance.State.COMING, came=None)
    for town, was_there, either, at in (
        rows.order_by()
        .values_list("organisation")
        .annotate(
            was_there=Count("pk", filter=came), either=Count("pk", filter=comes), at=Max("answered_at", filter=comes)
        )
    ):
        found[town].figures["sessions_attended"] = was_there
        found[town].sessions = either
        found[town].was_active(at)


_SOURCES = (
    _of_assessments, _of_programmes, _of_lessons, _of_measures, _of_findings, _of_continuity, _of_sessions
)  # fmt: skip


# Who has to be counted ------------------------------------------------------------------------------------------------------------
def stale(today: date) -> Iterable[UUID]:
    """The constituents that were never counted, or whose place in the register is not what they were counted under: moved, grown, ended, begun."""
    real = Organisation.objects.real().filter(constituent=True)
    rows = real.values_list("pk", "province", "kind", "population", "active_from", "active_until")
    kept = {
        town: counted_as
        for town, *counted_as in Standing.objects.values_list("organisation", "province", "kind", "size", "current")
    }
    for pk, province, kind, population, since, until in rows.iterator(chunk_size=5000):
        exists = (since is None or since <= today) and (until is None or until > today)
        if kept.pop(pk, None) != [province, kind, size_class(population), exists]:
            yield pk
    yield from (pk for pk, counted_as in kept.items() if counted_as[3])  # no constituents any more


def heirs(ids: Collection[UUID]) -> set[UUID]:
    """These, and whatever they merged into: it answers for what they reached."""
    whose, fresh = set(ids), set(ids)
    for _generation in range(_GENERATIONS):
        rows = Organisation.objects.filter(pk__in=fresh, merged_into__isnull=False)
        fresh = set(rows.values_list("merged_into", flat=True)) - whose
        whose |= fresh
        if not fresh:
            break
    return whose


__all__ = ["BASICS", "CYFUN", "counted", "heirs", "stale"]
