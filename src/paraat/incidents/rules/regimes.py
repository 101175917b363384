"""What a regime is: the duties of one law, read from its data file. Pure; where the files lie is the business of `incidents.regimes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

LANGUAGES = ("nl", "fr", "de", "en")
UNITS = ("hours", "weeks", "months")

Words = dict[str, str]
"""A text per language."""


class WrongRegime(ValueError):
    """A data file of a regime cannot be used."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of hours, weeks or calendar months."""

    number: int
    unit: str  # one of UNITS


@dataclass(frozen=True, slots=True)
class FormField:
    """Something that the law wants in a submission: its article, how it is typed (line, text or answer), and what it is prefilled from."""

    key: str
    title: Words
    article: str
    kind: str
    prefill: str
    required: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom organisations of some kinds (empty: all), in some region (empty: anywhere), report."""

    name: str
    kinds: frozenset[str] = frozenset()
    region: str = ""

    def fits(self, kind: str, region: str) -> bool:
        """Whether it is the one for an organisation of this kind in this region."""
        return (not self.kinds or kind in self.kinds) and self.region in {"", region}


@dataclass(frozen=True, slots=True)
class Step:
    """One submission. `counts_from`: the fact that its time counts from; `duration` None: without undue delay, no moment can be computed.

    `records`: the fact that its first submission is. `only_if`: it exists once this fact was recorded; `unless`: it falls away then.
    """

    key: str
    title: Words
    counts_from: str
    duration: Duration | None
    article: str
    fields: tuple[FormField, ...]
    recipient: str = ""
    records: str = ""
    only_if: str = ""
    unless: str = ""
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Regime:
    """One version of one regime. `trigger` is the fact that starts it, `starts_on` what makes Paraat propose it (case, contact-change, hand)."""

    key: str
    version: str
    in_force_from: date
    title: Words
    source: str
    verified: str
    trigger: str
    starts_on: str
    under: tuple[str, ...]
    by_default: bool
    facts: dict[str, Words]
    recipients: tuple[Recipient, ...]
    steps: tuple[Step, ...]

    def recipient_for(self, kind: str = "", region: str = "") -> str:
        """To whom an organisation of this kind in this region (NIS code) reports."""
        return next(one.name for one in self.recipients if one.fits(kind, region))

    def step(self, key: str) -> Step | None:
        """The step with this key."""
        return next((step for step in self.steps if step.key == key), None)


def read(key: str, data: Mapping[str, Any]) -> Regime:
    """The regime that a data file describes. Raises WrongRegime with what is wrong, so that no duty silently goes missing."""
    try:
        facts = {name: _words(words, name) for name, words in data["facts"].items()}
        known = {name: _field(name, field) for name, field in data.get("fields", {}).items()}
        regime = Regime(
            key=key,
            version=data["version"],
            in_force_from=data["in_force_from"],
            title=_words(data["title"], "title"),
            source=data["source"],
            verified=data["verified"],
            trigger=data["trigger"],
            starts_on=data["starts_on"],
            under=tuple(data.get("under", ())),
            by_default=data.get("by_default", False),
            facts=facts,
            recipients=_recipients(data["recipient"]),
            steps=tuple(_step(step, known) for step in data["steps"]),
        )
    except KeyError as missing:
        raise WrongRegime(f"{key}: {missing.args[0]!r} is missing") from missing
    _check(regime)
    return regime


def _check(regime: Regime) -> None:
    keys = [step.key for step in regime.steps]
    if len(set(keys)) != len(keys):
        raise WrongRegime(f"{regime.key}: two steps have the same key")
    for step in regime.steps:
        used = {step.counts_from, step.records, step.only_if, step.unless, regime.trigger} - {""}
        if not used <= regime.facts.keys():
            raise WrongRegime(
                f"{regime.key}: {step.key} uses facts that are not described: {sorted(used - regime.facts.keys())}"
            )
    if regime.starts_on not in {"case", "contact-change", "hand"}:
        raise WrongRegime(f"{regime.key}: it cannot start on {regime.starts_on!r}")


def _recipients(data: Mapping[str, Any]) -> tuple[Recipient, ...]:
    some = [
        Recipient(one["name"], frozenset(one.get("kinds", ())), one.get("region", "")) for one in data.get("for", ())
    ]
    return (*some, Recipient(data["default"]))


def _step(data: Mapping[str, Any], known: Mapping[str, FormField]) -> Step:
    return Step(
        key=data["key"],
        title=_words(data["title"], data["key"]),
        counts_from=data["from"],
        duration=_duration(data),
        article=data["article"],
        fields=tuple(known[name] for name in data.get("fields", ())),
        recipient=data.get("recipient", ""),
        records=data.get("records", ""),
        only_if=data.get("only_if", ""),
        unless=data.get("unless", ""),
        note=_words(data["note"], data["key"]) if "note" in data else None,
    )


def _duration(data: Mapping[str, Any]) -> Duration | None:
    given = [(unit, data[unit]) for unit in UNITS if unit in data]
    if not given:
        return None
    unit, number = given[0]
    if len(given) > 1 or not isinstance(number, int) or number < 1:
        raise WrongRegime(f"{data['key']}: give one duration, a whole number of {', '.join(UNITS)}")
    return Duration(number, unit)


def _field(key: str, data: Mapping[str, Any]) -> FormField:
    return FormField(
        key,
        _words(data["title"], key),
        data.get("article", ""),
        data.get("kind", "text"),
        data.get("prefill", ""),
        data.get("required", True),
    )


def _words(data: Mapping[str, str], where: str) -> Words:
    missing = [language for language in LANGUAGES if not data.get(language)]
    if missing:
        raise WrongRegime(f"{where}: no words in {', '.join(missing)}")
    return dict(data)
