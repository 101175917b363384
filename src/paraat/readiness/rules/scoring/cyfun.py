"""CyFun 2025, as its self-assessment workbooks compute it: averages of averages, thresholds per level, and what may be left out.

A control has two figures from 1 to 5: documentation and implementation. Its maturity is their average. A subcategory is the average of
its controls, a category the average of its subcategories, each for documentation and implementation apart; the maturity of a category is
the average of those two, the total the average of the categories. Every step is exact (fractions); only what is shown is rounded.

What was published and how it was seen is in docs/learn/frameworks.md and decision 0033.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from paraat.readiness.rules.scoring.result import (
    NOT_APPLICABLE,
    OPEN,
    UNKNOWN,
    Asked,
    Given,
    KeyMeasure,
    LeftOut,
    Note,
    Part,
    Reply,
    Result,
    counted,
    mean,
)

LEVELS = ("basic", "important", "essential")
"""Cumulative: a level asks for its own controls and those of the levels before it."""

LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a level asks for. `left_out` controls may be "not applicable" and count as `stands_for`; `fixed` may never be."""

    key_measure: Fraction
    category: Fraction | None
    total: Fraction
    left_out: int
    stands_for: Fraction
    management_fixed: bool


THRESHOLDS: dict[str, Thresholds] = {
    "basic": Thresholds(Fraction(5, 2), None, Fraction(5, 2), 1, Fraction(5, 2), False),
    "important": Thresholds(Fraction(3), None, Fraction(3), 3, Fraction(3), False),
    "essential": Thresholds(Fraction(3), Fraction(3), Fraction(7, 2), 5, Fraction(3), True),
}
SEEN = "second-hand"
"""Read in the published work of three others who each read the official workbooks and agree; not at the source itself."""


@dataclass(frozen=True, slots=True)
class _Scored:
    control: Asked
    documentation: Fraction
    implementation: Fraction

    @property
    def maturity(self) -> Fraction:
        return (self.documentation + self.implementation) / 2


def asked_at(controls: Iterable[Asked], level: str) -> list[Asked]:
    """The controls of a level and of those below it; blank is the highest."""
    wanted = LEVELS[: LEVELS.index(level or LEVELS[-1]) + 1]
    return [one for one in controls if (one.level or LEVELS[0]) in wanted]


def may_be_left_out(control: Asked, level: str) -> bool:
    """Whether "not applicable" is allowed for this control: never for a key measure, and at Essential not where management is asked."""
    return not control.key_measure and not (control.management and THRESHOLDS[level or LEVELS[-1]].management_fixed)


def score(controls: Iterable[Asked], answers: Mapping[str, Given], level: str) -> Result:
    """The result at `level`. Raises ValueError for a level that CyFun does not have."""
    level = level or LEVELS[-1]
    rules = THRESHOLDS[level]
    asked = asked_at(controls, level)
    given: dict[str, Given] = {one.identifier: answers.get(one.identifier, Reply()) for one in asked}
    left_out = list(_left_out(asked, given, level))
    unknown = [one.identifier for one in left_out if one.reason in UNKNOWN or one.reason == "half"]
    scored = {one.identifier: _scored(one, given[one.identifier], rules) for one in asked}
    known = [one for one in scored.values() if one is not None]
    categories = _categories(asked, known, rules.category)
    total = mean([one.maturity for one in categories if one.maturity is not None])
    keys = tuple(_key(one, given[one.identifier], scored[one.identifier], rules) for one in asked if one.key_measure)
    notes = _notes(left_out, unknown, rules)
    return Result(
        scheme="cyfun-2025",
        level=level,
        total=total,
        out_of=HIGHEST,
        threshold=rules.total,
        met=_verdict(total, categories, keys, left_out, bool(unknown), rules),
        functions=_functions(asked, categories),
        categories=categories,
        key_measures=keys,
        left_out=tuple(left_out),
        notes=notes,
        statuses=counted(one.status for one in given.values()),
        asked=len(asked),
        answered=sum(one.status != OPEN or _figures(one) is not None for one in given.values()),
    )


def _figures(given: Given) -> tuple[int, int] | None:
    first, second = given.documentation, given.implementation
    if first is None or second is None:
        return None
    return (first, second) if LOWEST <= first <= HIGHEST and LOWEST <= second <= HIGHEST else None


def _unknown(given: Given) -> bool:
    """Whether nobody knows: not testable, failed, or not answered at all. Two figures are an answer, whatever the status says."""
    return given.status in UNKNOWN and not (given.status == OPEN and _figures(given) is not None)


def _scored(control: Asked, given: Given, rules: Thresholds) -> _Scored | None:
    """The two figures of a control; what is not applicable stands for the threshold, what nobody knows for nothing."""
    if given.status == NOT_APPLICABLE:
        return _Scored(control, rules.stands_for, rules.stands_for)
    figures = _figures(given)
    if _unknown(given) or figures is None:
        return None
    return _Scored(control, Fraction(figures[0]), Fraction(figures[1]))


def _left_out(asked: Sequence[Asked], given: Mapping[str, Given], level: str) -> Iterator[LeftOut]:
    for one in asked:
        answer = given[one.identifier]
        if answer.status == NOT_APPLICABLE:
            yield LeftOut(one.identifier, NOT_APPLICABLE if may_be_left_out(one, level) else "not_allowed")
        elif _unknown(answer):
            yield LeftOut(one.identifier, answer.status)
        elif _figures(answer) is None:
            yield LeftOut(one.identifier, "half")


def _categories(asked: Sequence[Asked], known: Sequence[_Scored], threshold: Fraction | None) -> tuple[Part, ...]:
    names = list(dict.fromkeys(one.category for one in asked))
    return tuple(_category(name, asked, known, threshold) for name in names)


def _category(name: str, asked: Sequence[Asked], known: Sequence[_Scored], threshold: Fraction | None) -> Part:
    inside = [one for one in known if one.control.category == name]
    groups = list(dict.fromkeys(one.control.subcategory for one in inside))
    documentation = mean(_average(inside, group, "documentation") for group in groups)
    implementation = mean(_average(inside, group, "implementation") for group in groups)
    both = [one for one in (documentation, implementation) if one is not None]
    number = sum(one.category == name for one in asked)
    return Part(name, documentation, implementation, mean(both), number, len(inside), threshold)


def _average(inside: Sequence[_Scored], group: str, axis: str) -> Fraction:
    values = [getattr(one, axis) for one in inside if one.control.subcategory == group]
    return Fraction(sum(values), 1) / len(values)


def _functions(asked: Sequence[Asked], categories: Sequence[Part]) -> tuple[Part, ...]:
    """Per function the average of its categories: for the eye, no threshold hangs on it."""
    of = {one.category: one.function for one in asked}
    found = []
    for name in dict.fromkeys(one.function for one in asked):
        inside = [one for one in categories if of[one.name] == name]
        found.append(
            Part(
                name,
                mean(one.documentation for one in inside if one.documentation is not None),
                mean(one.implementation for one in inside if one.implementation is not None),
                mean(one.maturity for one in inside if one.maturity is not None),
                sum(one.asked for one in inside),
                sum(one.scored for one in inside),
            )
        )
    return tuple(found)


def _key(control: Asked, given: Given, scored: _Scored | None, rules: Thresholds) -> KeyMeasure:
    maturity = scored.maturity if scored and given.status != NOT_APPLICABLE else None
    met = False if given.status == NOT_APPLICABLE else None if maturity is None else maturity >= rules.key_measure
    return KeyMeasure(control.identifier, maturity, rules.key_measure, met)


def _notes(left_out: Sequence[LeftOut], unknown: Sequence[str], rules: Thresholds) -> tuple[Note, ...]:
    skipped = [one.identifier for one in left_out if one.reason in (NOT_APPLICABLE, "not_allowed")]
    barred = [one.identifier for one in left_out if one.reason == "not_allowed"]
    notes = []
    if skipped:
        notes.append(Note("counts_as", {"number": len(skipped), "value": _plain(rules.stands_for)}))
    if len(skipped) > rules.left_out:
        notes.append(Note("too_many_left_out", {"number": len(skipped), "allowed": rules.left_out}))
    if barred:
        notes.append(Note("may_not_be_left_out", {"identifiers": barred}))
    if unknown:
        notes.append(Note("not_known", {"number": len(unknown)}))
    return tuple(notes)


def _plain(value: Fraction) -> str:
    return f"{float(value):g}"


def _verdict(
    total: Fraction | None,
    categories: Sequence[Part],
    keys: Sequence[KeyMeasure],
    left_out: Sequence[LeftOut],
    unknown: bool,
    rules: Thresholds,
) -> bool | None:
    """True only when everything is known and every threshold is reached; False once a key measure fails for certain, or the rules were broken."""
    skipped = sum(one.reason in (NOT_APPLICABLE, "not_allowed") for one in left_out)
    broken = skipped > rules.left_out or any(one.reason == "not_allowed" for one in left_out)
    if broken or any(one.met is False for one in keys):
        return False
    if unknown or total is None:
        return None
    return total >= rules.total and all(one.met is not False for one in categories)
