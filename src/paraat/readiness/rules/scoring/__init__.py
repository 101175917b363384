"""Scoring: one module per scheme, each with `score(controls, answers, level) -> Result`; a framework names its scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from paraat.readiness.rules.scoring import checklist, cyfun
from paraat.readiness.rules.scoring.result import Asked, Given, Result

Scheme = Callable[[Iterable[Asked], Mapping[str, Given], str], Result]

SCHEMES: dict[str, Scheme] = {"checklist": checklist.score, "cyfun-2025": cyfun.score}


def score(controls: Iterable[Asked], answers: Mapping[str, Given], level: str, *, scheme: str) -> Result:
    """The result of `answers` (by identifier) to `controls` at `level` (blank: all of it). Raises KeyError for a scheme that nobody wrote."""
    return SCHEMES[scheme](controls, answers, level)
