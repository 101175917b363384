"""The figures of programmes as of a day: each with its definition, source and denominator; unions are made of sets of organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.platform import moment
from paraat.platform.jinja import moment as shown
from paraat.readiness import configuration
from paraat.readiness.models import Programme, ProgrammeAnswer, Step
from paraat.readiness.programmes import STEPS, title
from paraat.readiness.rules import rungs
from paraat.readiness.rules.figures import Overlap, Reached, Unit, at_least, heirs, overlap, population, sets_of
from paraat.registry.models import Organisation

TAKES_PART = "takes-part"
"""The rung of who signed up or got further."""
COUNTED = (TAKES_PART, *rungs.RUNGS)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many municipalities reached a rung of a programme on or before a day."""

    programme: str
    title: str
    step: str
    count: int  # exactly this rung, as recorded
    at_least: int  # this rung or a later one
    denominator: int
    outside: int  # who reached it and is not in the denominator
    definition: str
    source: str

    @property
    def share(self) -> float | None:
        """Of the denominator, in percent with one decimal."""
        return percent(self.count, self.denominator)


@dataclass(frozen=True, slots=True)
class Union:
    """Two programmes over each other: one or both, both, each only; as recorded, and with later rungs."""

    programmes: tuple[str, str]
    step: str
    recorded: Overlap
    later: Overlap
    denominator: int
    definition: str
    source: str

    @property
    def name(self) -> str:
        """Such as `audit-or-ethical-hacking`."""
        return "-or-".join(self.programmes)

    @property
    def share(self) -> float | None:
        """One or both, in percent of the denominator with one decimal."""
        return percent(len(self.recorded.union), self.denominator)


@dataclass(frozen=True)
class Picture:
    """Everything that is known as of a day, read once."""

    day: date
    region: str
    people: frozenset[UUID]  # the denominator
    answering: Mapping[UUID, UUID]
    programmes: Mapping[str, Programme]
    sets: Mapping[str, Mapping[str, frozenset[UUID]]]
    sources: Mapping[str, str]
    denominator_source: str
    answers: Mapping[str, Mapping[UUID, str]] = field(
        default_factory=dict
    )  # what else it is, of who does not take part

    def reached(self, programme: str, step: str, how: str = "recorded") -> frozenset[UUID]:
        """Who reached a rung, also outside the denominator; `how` is recorded or at-least."""
        sets = self.sets.get(programme, {})
        if step == TAKES_PART:
            return at_least(sets, rungs.SIGNED_UP)
        return at_least(sets, step) if how == "at-least" else sets.get(step, frozenset())

    def within(self, programme: str, step: str, how: str = "recorded") -> frozenset[UUID]:
        """Who of the denominator reached a rung."""
        return self.reached(programme, step, how) & self.people


def percent(count: int, of: int) -> float | None:
    """In percent with one decimal; None of nobody."""
    return round(100 * count / of, 1) if of else None


# Reading --------------------------------------------------------------------------------------------------------------------------
def picture(day: date | None = None) -> Picture:
    """What was reached on or before `day` (None: today), over the municipalities of the region."""
    on = day or moment.today()
    region = configuration.REGION.get()
    units, origins = _units(region)
    people = population(units, on)
    answering = heirs(units, on)
    programmes = {one.key: one for one in Programme.objects.order_by("key")}
    facts, sources = _facts(on)
    sets = {key: {rung: frozenset[UUID]() for rung in rungs.RUNGS} for key in programmes} | sets_of(
        facts, answering, on
    )
    named = Counter(origins[one] for one in people)
    return Picture(
        on, region, people, answering, programmes, sets, sources, _listed(named), _answers(on, answering, programmes)
    )


def _units(region: str) -> tuple[list[Unit], dict[UUID, str]]:
    rows = Organisation.objects.real().values_list(
        "pk", "kind", "region", "active_from", "active_until", "merged_into", "source"
    )
    units, origins = [], {}
    for pk, kind, where, since, until, heir, source in rows:
        counts = kind == Organisation.Kind.MUNICIPALITY and where == region
        units.append(Unit(pk, since, until, heir, counts))
        origins[pk] = source
    return units, origins


def _facts(day: date) -> tuple[list[Reached], dict[str, str]]:
    """The rungs that stand on or before `day`, and where those of each programme come from."""
    rows = Step.objects.filter(undone_at=None, on__lte=day, participation__exercise=False)
    facts: list[Reached] = []
    origins: dict[str, Counter[str]] = {}
    for unit, programme, name, on, source in rows.values_list(
        "participation__organisation", "participation__programme__key", "name", "on", "source"
    ):
        facts.append(Reached(unit, programme, name, on))
        origins.setdefault(programme, Counter())[source or _("recorded in Paraat")] += 1
    return facts, {programme: _listed(counts) for programme, counts in origins.items()}


def _listed(counts: Counter[str]) -> str:
    return "; ".join(f"{name or '?'} ({count})" for name, count in sorted(counts.items()))


def _answers(day: date, answering: Mapping[UUID, UUID], programmes: Iterable[str]) -> dict[str, dict[UUID, str]]:
    """The last answer on or before `day` of each that is none of taking part; of a merged municipality the weightiest of its parts'."""
    last_day = day + timedelta(days=1) if day < date.max else day
    rows = ProgrammeAnswer.objects.filter(participation__exercise=False, at__date__lte=last_day)
    last: dict[tuple[str, UUID], tuple[str, date | None]] = {}
    for key, unit, kind, at, until in rows.order_by("at").values_list(
        "participation__programme__key", "participation__organisation", "kind", "at", "until"
    ):
        if moment.day(at) <= day:
            last[key, unit] = kind, until
    found: dict[str, dict[UUID, str]] = {key: {} for key in programmes}
    for (key, unit), (kind, until) in last.items():
        holds = kind == "declined" or (kind == "equivalent" and (until is None or until >= day))
        if holds and unit in answering:
            heir = answering[unit]
            found[key][heir] = max(kind, found[key].get(heir, kind))  # "equivalent" weighs more than "declined"
    return found


# Figures --------------------------------------------------------------------------------------------------------------------------
def as_of(day: date | None = None) -> list[Figure]:
    """Every programme and rung as of a day."""
    return figures_of(picture(day))


def figures_of(seen: Picture) -> list[Figure]:
    """Every programme and rung of a picture."""
    return [_figure(seen, programme, step) for programme in seen.programmes for step in COUNTED]


def _figure(seen: Picture, programme: str, step: str) -> Figure:
    everybody = seen.reached(programme, step)
    return Figure(
        programme=programme,
        title=title(seen.programmes[programme]),
        step=step,
        count=len(everybody & seen.people),
        at_least=len(seen.within(programme, step, "at-least")),
        denominator=len(seen.people),
        outside=len(everybody - seen.people),
        definition=f"{_what(seen, programme, step)} {merged_words()}",
        source=seen.sources.get(programme, ""),
    )


def unions(seen: Picture) -> list[Union]:
    """Every two programmes over each other, at every rung."""
    pairs = list(combinations(sorted(seen.programmes), 2))
    return [_union(seen, first, second, step) for first, second in pairs for step in COUNTED]


def _union(seen: Picture, first: str, second: str, step: str) -> Union:
    words = _(
        "Municipalities for which this holds of %(first)s, of %(second)s, or of both; a municipality counts once."
    )
    said = words % {"first": first, "second": second}
    sources = [f"{key}: {seen.sources[key]}" for key in (first, second) if key in seen.sources]
    return Union(
        programmes=(first, second),
        step=step,
        recorded=overlap(seen.within(first, step), seen.within(second, step)),
        later=overlap(seen.within(first, step, "at-least"), seen.within(second, step, "at-least")),
        denominator=len(seen.people),
        definition=f"{said} {_what(seen, f'{first}, {second}', step)} {merged_words()}",
        source=" | ".join(sources),
    )


def _what(seen: Picture, programme: str, step: str) -> str:
    words = {"programme": programme, "day": shown(seen.day), "region": seen.region, "step": STEPS.get(step, "")}
    if step == TAKES_PART:
        return (
            _(
                "Municipalities of region %(region)s that exist on %(day)s and for which a step of %(programme)s from “signed up” on is recorded with"
                " a day on or before it; an invitation alone is none, and who withdrew later still counts."
            )
            % words
        )
    return (
        _(
            "Municipalities of region %(region)s that exist on %(day)s and for which the step “%(step)s” of %(programme)s is recorded with a day on"
            " or before it. A step counts as recorded: a later one does not imply it; “at least” counts this step or a later one."
        )
        % words
    )


def merged_words() -> str:
    """How a merger counts, as every definition says it."""
    return _(
        "A municipality that merged counts as itself until the day before the merger; from that day its successor counts, once, with what any of its"
        " parts had reached. Exercises and steps that were undone do not count."
    )


def denominator_words(seen: Picture) -> str:
    """What the denominator is."""
    return _("Municipalities of region %(region)s (PARAAT_REGION) that exist on %(day)s.") % {
        "region": seen.region,
        "day": shown(seen.day),
    }


# How everybody stands -------------------------------------------------------------------------------------------------------------
TAKING, EQUIVALENT, DECLINED, SILENT, NEVER = "takes-part", "equivalent", "declined", "silent", "never-asked"
ANSWERS = (TAKING, EQUIVALENT, DECLINED, SILENT, NEVER)


def answers_of(seen: Picture, programme: str) -> dict[str, frozenset[UUID]]:
    """The denominator in five parts that do not overlap: takes part; has its own equivalent; does not now; called up and no answer; never asked."""
    taking = seen.within(programme, TAKES_PART)
    said = seen.answers.get(programme, {})
    rest = seen.people - taking
    equivalent = frozenset(one for one in rest if said.get(one) == EQUIVALENT)
    declined = frozenset(one for one in rest if said.get(one) == DECLINED)
    silent = (seen.within(programme, rungs.INVITED) & rest) - equivalent - declined
    parts = (taking, equivalent, declined, silent, rest - equivalent - declined - silent)
    return dict(zip(ANSWERS, parts, strict=True))


def to_call_up(programme: Programme, *, declined: bool = False) -> frozenset[UUID]:
    """Who may be called up today: no part of it takes part, it has no equivalent of its own, and it did not decline (unless `declined`)."""
    parts = answers_of(picture(), programme.key)
    return parts[SILENT] | parts[NEVER] | (parts[DECLINED] if declined else frozenset())


# For machines ---------------------------------------------------------------------------------------------------------------------
def as_data(seen: Picture) -> dict[str, Any]:
    """Figures, unions and answers as JSON."""
    return {
        "as_of": seen.day.isoformat(),
        "region": seen.region,
        "denominator": {
            "count": len(seen.people),
            "definition": denominator_words(seen),
            "source": seen.denominator_source,
        },
        "figures": [_figure_data(one) for one in figures_of(seen)],
        "unions": [_union_data(one) for one in unions(seen)],
        "answers": [
            {
                "programme": key,
                "denominator": len(seen.people),
                **{name.replace("-", "_"): len(ids) for name, ids in answers_of(seen, key).items()},
            }
            for key in seen.programmes
        ],
    }


def _figure_data(one: Figure) -> dict[str, Any]:
    return {
        "programme": one.programme,
        "step": one.step,
        "count": one.count,
        "at_least": one.at_least,
        "denominator": one.denominator,
        "share": one.share,
        "outside": one.outside,
        "definition": one.definition,
        "source": one.source,
    }


def _union_data(one: Union) -> dict[str, Any]:
    return {
        "union": one.name,
        "programmes": list(one.programmes),
        "step": one.step,
        **_overlap_data(one, one.recorded),
        "at_least": _overlap_data(one, one.later),
        "denominator": one.denominator,
        "share": one.share,
        "definition": one.definition,
        "source": one.source,
    }


def _overlap_data(one: Union, sets: Overlap) -> dict[str, Any]:
    first, second = one.programmes
    return {
        "count": len(sets.union),
        "both": len(sets.both),
        "only": {first: len(sets.only_first), second: len(sets.only_second)},
    }
