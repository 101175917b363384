"""What every scheme of scoring takes and gives. Result, status and score are three things and stay apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Protocol

OPEN, MET, PARTLY, NOT_MET = "open", "met", "partly", "not_met"
NOT_APPLICABLE, NOT_TESTABLE, ERROR = "not_applicable", "not_testable", "error"
UNKNOWN = frozenset({OPEN, NOT_TESTABLE, ERROR})
"""Nobody knows whether it is in place: never counted as if it were, and no verdict "met" is given over it."""


class Asked(Protocol):
    """A control, as far as scoring looks at it."""

    @property
    def identifier(self) -> str: ...

    @property
    def function(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def subcategory(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def key_measure(self) -> bool: ...

    @property
    def management(self) -> bool: ...

    @property
    def weight(self) -> int: ...


class Given(Protocol):
    """An answer, as far as scoring looks at it."""

    @property
    def status(self) -> str: ...

    @property
    def documentation(self) -> int | None: ...

    @property
    def implementation(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without a database row, and what stands in for one that was never given."""

    status: str = OPEN
    documentation: int | None = None
    implementation: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of a function or a category. `threshold` None: none was published for it at this level."""

    name: str
    documentation: Fraction | None
    implementation: Fraction | None
    maturity: Fraction | None
    asked: int
    scored: int
    threshold: Fraction | None = None

    @property
    def met(self) -> bool | None:
        """Whether it reaches its threshold; None where there is none, or nothing was scored."""
        return None if self.threshold is None or self.maturity is None else self.maturity >= self.threshold


@dataclass(frozen=True, slots=True)
class KeyMeasure:
    """One measure that has to hold on its own. `met` None: not known yet."""

    identifier: str
    maturity: Fraction | None
    threshold: Fraction
    met: bool | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A control that was not scored as answered, and why: its status, "half" (one of two figures), or "not_allowed"."""

    identifier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that was applied, or a reason why there is no verdict: a code with its values; the screens say it in words."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What an assessment comes to.

    `total` is the score, exact, of `out_of`; `met` the verdict against the published thresholds (None: no verdict yet);
    `statuses` how often each status was given. None of the three says what another means.
    """

    scheme: str
    level: str
    total: Fraction | None
    out_of: int
    threshold: Fraction | None
    met: bool | None
    functions: tuple[Part, ...]
    categories: tuple[Part, ...]
    key_measures: tuple[KeyMeasure, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[Note, ...]
    statuses: Mapping[str, int]
    asked: int
    answered: int

    def as_json(self) -> dict[str, Any]:
        """As an assessment keeps it: figures with two decimals, as text, and the exact total beside it."""
        return {
            "scheme": self.scheme,
            "level": self.level,
            "total": text(self.total),
            "exact": str(self.total) if self.total is not None else None,
            "out_of": self.out_of,
            "threshold": text(self.threshold),
            "met": self.met,
            "functions": [_part(one) for one in self.functions],
            "categories": [_part(one) for one in self.categories],
            "key_measures": [
                {
                    "identifier": one.identifier,
                    "maturity": text(one.maturity),
                    "threshold": text(one.threshold),
                    "met": one.met,
                }
                for one in self.key_measures
            ],
            "left_out": [{"identifier": one.identifier, "reason": one.reason} for one in self.left_out],
            "notes": [{"code": one.code, "values": dict(one.values)} for one in self.notes],
            "statuses": dict(self.statuses),
            "asked": self.asked,
            "answered": self.answered,
        }


def shown(value: Fraction | None) -> Decimal | None:
    """Two decimals, half upwards, for people. Thresholds are compared before this, on the exact value."""
    if value is None:
        return None
    exact = Decimal(value.numerator * 1000 // value.denominator)
    return (exact / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def text(value: Fraction | None) -> str | None:
    """`shown`, as text for JSON."""
    return None if value is None else str(shown(value))


def mean(values: Iterable[Fraction | int]) -> Fraction | None:
    """The average, exact; None of nothing."""
    found = list(values)
    return Fraction(sum(found)) / len(found) if found else None


def counted(statuses: Iterable[str]) -> dict[str, int]:
    """How often each status was given, in one order."""
    found = Counter(statuses)
    return {one: found[one] for one in (MET, PARTLY, NOT_MET, NOT_APPLICABLE, NOT_TESTABLE, ERROR, OPEN) if found[one]}


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "documentation": text(part.documentation),
        "implementation": text(part.implementation),
        "maturity": text(part.maturity),
        "asked": part.asked,
        "scored": part.scored,
        "threshold": text(part.threshold),
        "met": part.met,
    }
