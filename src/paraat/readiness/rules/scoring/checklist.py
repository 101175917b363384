"""A checklist: what is in place counts whole, what is partly in place half, by weight; out of a hundred.

What nobody knows (not answered, could not be tested, the test failed) counts as not in place. What does not apply is not counted at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from paraat.readiness.rules.scoring.result import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    OPEN,
    PARTLY,
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
)

WHOLE = 100
WORTH = {MET: Fraction(1), PARTLY: Fraction(1, 2), NOT_MET: Fraction(0)}


def score(controls: Iterable[Asked], answers: Mapping[str, Given], level: str) -> Result:  # noqa: ARG001  # a checklist has no levels
    """The result of a checklist: met when every most important item is in place and nothing is unknown."""
    asked = list(controls)
    given: dict[str, Given] = {one.identifier: answers.get(one.identifier, Reply()) for one in asked}
    left_out = tuple(
        LeftOut(name, one.status)
        for name, one in given.items()
        if one.status == NOT_APPLICABLE or one.status in UNKNOWN
    )
    unknown = [one.identifier for one in left_out if one.reason in UNKNOWN]
    keys = tuple(_key(one.identifier, given[one.identifier].status) for one in asked if one.key_measure)
    skipped = len(left_out) - len(unknown)
    notes = [Note("not_counted", {"number": skipped})] if skipped else []
    notes += [Note("counts_as_not_in_place", {"number": len(unknown)})] if unknown else []
    return Result(
        scheme="checklist",
        level="",
        total=_worth(asked, given),
        out_of=WHOLE,
        threshold=None,
        met=False if any(one.met is False for one in keys) else None if unknown else True,
        functions=tuple(_part(name, asked, given) for name in dict.fromkeys(one.function for one in asked)),
        categories=(),
        key_measures=keys,
        left_out=left_out,
        notes=tuple(notes),
        statuses=counted(one.status for one in given.values()),
        asked=len(asked),
        answered=sum(one.status != OPEN for one in given.values()),
    )


def _worth(asked: Sequence[Asked], given: Mapping[str, Given]) -> Fraction | None:
    counts = [one for one in asked if given[one.identifier].status != NOT_APPLICABLE]
    weights = sum(one.weight for one in counts)
    gained = sum(one.weight * WORTH.get(given[one.identifier].status, Fraction(0)) for one in counts)
    return WHOLE * Fraction(gained) / weights if weights else None


def _part(name: str, asked: Sequence[Asked], given: Mapping[str, Given]) -> Part:
    inside = [one for one in asked if one.function == name]
    scored = sum(given[one.identifier].status in WORTH for one in inside)
    return Part(name, None, None, _worth(inside, given), len(inside), scored)


def _key(identifier: str, status: str) -> KeyMeasure:
    value = WORTH.get(status)
    met = True if status == NOT_APPLICABLE else None if value is None else value == 1
    return KeyMeasure(identifier, None if value is None else WHOLE * value, Fraction(WHOLE), met)
