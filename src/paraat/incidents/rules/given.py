"""Facts as somebody types them, `aware=2026-01-30T23:30+01:00`, for the command line and the API. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from paraat.incidents.rules.regimes import Regime

_dated = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:").match


class WrongFact(ValueError):
    """What was given is no fact that a clock can count from: one sentence that names it."""


def read_facts(given: Sequence[str], regime: Regime | None = None) -> dict[str, datetime]:
    """The facts as moments in UTC. Raises WrongFact for what is no fact, twice given, no moment, without its offset, or unknown to `regime`."""
    facts: dict[str, datetime] = {}
    for text in given:
        name, sign, moment = (part.strip() for part in text.partition("="))
        if not sign or not name:
            raise WrongFact(f"{text!r} is not NAME=MOMENT, such as aware=2026-01-30T23:30+01:00.")
        if name in facts:
            raise WrongFact(f"The fact {name!r} is given twice; a clock counts from one moment.")
        facts[name] = _moment(name, moment)
    if regime is not None:
        check_names(regime, facts)
    return facts


def check_names(regime: Regime, names: Sequence[str] | dict[str, datetime]) -> None:
    """Raises WrongFact for the first name that the regime does not know."""
    unknown = sorted(set(names) - regime.facts.keys())
    if unknown:
        known = ", ".join(sorted(regime.facts))
        raise WrongFact(f"The regime {regime.key} knows no fact {unknown[0]!r}; it knows {known}.")


def _moment(name: str, text: str) -> datetime:
    try:
        if not _dated(text):
            raise ValueError
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongFact(f"The moment {text!r} of the fact {name!r} is not a date and time.") from error
    if found.tzinfo is None:
        raise WrongFact(
            f"The moment {text!r} of the fact {name!r} does not say its offset (+01:00): which hour is meant?"
        )
    if not 1970 < found.year < 2200:  # clocks of other centuries had no zones as ours
        raise WrongFact(f"The moment {text!r} of the fact {name!r} does not lie between 1971 and 2199.")
    return found.astimezone(UTC)
