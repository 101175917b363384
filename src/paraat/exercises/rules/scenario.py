"""A scenario as data: read from TOML, checked to the last key, with the place of whatever is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from paraat.kernel.errors import Invalid

LANGUAGES = ("en", "nl", "fr", "de")
FORMAT = 1
EXPECTATIONS: Mapping[str, frozenset[str]] = {
    "report.triaged": frozenset({"report.accepted", "report.dismissed"}),
    "case.opened": frozenset({"case.opened"}),
    "case.timeline": frozenset({"case.timeline"}),
    "claim.recorded": frozenset({"claim.recorded"}),
    "ransom.decided": frozenset({"ransom.decided"}),
    "exposure.recorded": frozenset({"exposure.recorded"}),
    "hypothesis.stated": frozenset({"hypothesis.made", "hypothesis.assessed"}),
    "clock.decided": frozenset({"clock.started", "clock.no_duty"}),
    "clock.submitted": frozenset({"clock.submitted"}),
    "room.opened": frozenset({"room.opened"}),
    "signal.judged": frozenset({"signal.verified", "signal.escalated", "signal.closed"}),
    "signal.escalated": frozenset({"signal.escalated"}),
    "decision.taken": frozenset({"decision.taken"}),
    "statement.approved": frozenset({"statement.approved"}),
    "press.told": frozenset({"press.told"}),
    "sitrep.frozen": frozenset({"sitrep.frozen"}),
    "notice.acknowledged": frozenset({"notice.acknowledged"}),
    "notice.mitigated": frozenset({"notice.mitigated"}),
    "notice.site": frozenset({"notice.site"}),
    "alert.sent": frozenset({"alert.sent"}),
    "announcement.approved": frozenset({"announcement.approved"}),
}
"""What an inject may expect: a word of the scenario and the verbs of the journal that are meant by it."""
VERBS = frozenset[str]().union(*EXPECTATIONS.values())
"""Every verb that may be an answer: whatever else is done is not looked at."""


class WrongScenario(Invalid):
    """This scenario cannot be played as it is written."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the payload of a kind of inject must and may hold."""

    needs: frozenset[str]
    may: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ScenarioPart:
    """Somebody who is played by an organisation: its title, what kinds of organisation fit, and who plays it unless somebody else is chosen."""

    key: str
    title: Mapping[str, str]
    kinds: tuple[str, ...]
    defaults: tuple[str, ...]  # "municipality:11002", the first that exists


@dataclass(frozen=True, slots=True)
class ScenarioInject:
    """Something that is brought in at a minute of the clock, and what should follow within how many minutes."""

    key: str
    minute: float
    kind: str
    title: Mapping[str, str]
    payload: Mapping[str, Any]
    part: str = ""
    asked: tuple[str, ...] = ()
    expects: str = ""
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario of one version."""

    key: str
    version: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    disclaimer: Mapping[str, str]  # which of it is invented; stands below every text
    sources: tuple[str, ...]
    parts: tuple[ScenarioPart, ...]
    injects: tuple[ScenarioInject, ...]

    @property
    def minutes(self) -> float:
        """How long it lasts: until the last answer should be there."""
        return max(one.minute + (one.within or 0) for one in self.injects)


def parse(text: str, *, name: str, kinds: Mapping[str, Keys]) -> Scenario:
    """The scenario in a TOML file called `name`. Raises WrongScenario, which says where (file and key) and what."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongScenario(f"{name}: this is no TOML: {error}") from error
    top = Table(name, "", data)
    if top.take("format", int) != FORMAT:
        raise top.wrong("format", f"this program reads format {FORMAT}")
    parts = tuple(_part(one) for one in top.tables("part"))
    known = frozenset(part.key for part in parts)
    injects = sorted(
        (_inject(one, kinds, known) for one in top.tables("inject")), key=lambda one: (one.minute, one.key)
    )
    scenario = Scenario(
        key=top.take("key", str),
        version=top.take("version", str),
        title=top.words("title"),
        about=top.words("about"),
        disclaimer=top.words("disclaimer"),
        sources=tuple(top.take("sources", list)),
        parts=parts,
        injects=tuple(injects),
    )
    top.is_finished()
    _once(top, "part", [part.key for part in parts])
    _once(top, "inject", [one.key for one in injects])
    return scenario


def _part(table: Table) -> ScenarioPart:
    part = ScenarioPart(
        key=table.take("key", str),
        title=table.words("title"),
        kinds=tuple(table.take("kinds", list)),
        defaults=tuple(table.take("defaults", list)),
    )
    for one in part.defaults:
        if one.count(":") != 1:
            raise table.wrong("defaults", f"{one!r} is not kind:NIS")
    table.is_finished()
    return part


def _inject(table: Table, kinds: Mapping[str, Keys], parts: frozenset[str]) -> ScenarioInject:
    kind = table.take("kind", str)
    if kind not in kinds:
        raise table.wrong("kind", f"{kind!r} is none of {sorted(kinds)}")
    inject = ScenarioInject(
        key=table.take("key", str),
        minute=float(table.take("minute", (int, float))),
        kind=kind,
        title=table.words("title"),
        payload=_payload(table, kinds[kind]),
        part=table.take("part", str, ""),
        asked=tuple(table.take("asked", list, [])),
        expects=table.take("expects", str, ""),
        within=table.take("within", (int, float), None),
    )
    for named in {inject.part, *inject.asked} - {""} - parts:
        raise table.wrong("part", f"nobody plays {named!r}")
    if inject.minute < 0:
        raise table.wrong("minute", "a scenario begins at 0")
    if inject.expects and inject.expects not in EXPECTATIONS:
        raise table.wrong("expects", f"{inject.expects!r} is none of {sorted(EXPECTATIONS)}")
    if bool(inject.expects) != (inject.within is not None) or (inject.within is not None and inject.within <= 0):
        raise table.wrong("within", "what is expected needs a number of minutes, and only that")
    table.is_finished()
    return inject


def _payload(table: Table, keys: Keys) -> Mapping[str, Any]:
    payload: dict[str, Any] = table.take("payload", dict)
    for missing in sorted(keys.needs - set(payload)):
        raise table.wrong(f"payload.{missing}", "is missing")
    for strange in sorted(set(payload) - keys.needs - keys.may):
        raise table.wrong(f"payload.{strange}", f"this kind of inject has only {sorted(keys.needs | keys.may)}")
    inner = Table(table.file, f"{table.place}payload.", payload)
    for name, value in payload.items():
        if isinstance(value, dict):
            inner.words(name)
    return payload


def _once(top: Table, name: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise top.wrong(name, f"{key!r} is there twice")


class Table:
    """A table of the file that knows where it stands and what of it was read."""

    def __init__(self, file: str, place: str, data: Mapping[str, Any]) -> None:
        self.file, self.place, self._data, self._read = file, place, data, set[str]()

    def wrong(self, key: str, why: str) -> WrongScenario:
        """The error at a key."""
        return WrongScenario(f"{self.file}: {self.place}{key}: {why}")

    def take(self, key: str, kind: Any, default: Any = ...) -> Any:
        """The value of `key`, which is of `kind`; it must be there unless it has a default."""
        self._read.add(key)
        if key not in self._data:
            if default is ...:
                raise self.wrong(key, "is missing")
            return default
        value = self._data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is of another kind than is meant here")
        return value

    def words(self, key: str) -> Mapping[str, str]:
        """A text in the four languages."""
        texts: dict[str, str] = self.take(key, dict)
        for language in LANGUAGES:
            if not isinstance(texts.get(language), str) or not texts[language].strip():
                raise self.wrong(f"{key}.{language}", "there is no text")
        for strange in sorted(set(texts) - set(LANGUAGES)):
            raise self.wrong(f"{key}.{strange}", f"texts are in {', '.join(LANGUAGES)}")
        return texts

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list, each with its key in its place so that it is found back in the file."""
        for number, one in enumerate(self.take(key, list), start=1):
            if not isinstance(one, dict):
                raise self.wrong(f"{key}[{number}]", "this is no table")
            yield Table(self.file, f"{key}[{one.get('key', number)}].", one)

    def is_finished(self) -> None:
        """Refuse what nobody reads: a misspelt key would be silence."""
        for strange in sorted(set(self._data) - self._read):
            raise self.wrong(strange, "nobody reads this key")
