"""Which organisation on file a row of an import speaks of: by enterprise number, then OVO code, then kind with NIS (and name)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from paraat.formats.registry_file import Entry

ONE_PER_NIS = frozenset({"municipality", "province", "welfare_centre"})
"""Of these kinds a NIS code has one; of the others it may have several."""


@dataclass(frozen=True, slots=True)
class AssetOnFile:
    """An open asset of an organisation; `doubtful`: from the rule or a table, never confirmed."""

    id: UUID
    kind: str
    value: str
    source: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class ContactOnFile:
    """A contact of an organisation that still holds."""

    id: UUID
    role: str
    name: str
    languages: tuple[str, ...]
    manual: frozenset[str]
    channels: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OnFile:
    """An organisation as it stands: what an import compares with. `manual`: the fields entered by hand, which win."""

    id: UUID
    kind: str
    name: str
    kbo: str
    ovo: str
    nis: str
    names: Mapping[str, str]
    values: Mapping[str, Any]
    manual: frozenset[str] = frozenset()
    assets: tuple[AssetOnFile, ...] = ()
    contacts: tuple[ContactOnFile, ...] = ()


@dataclass
class Index:
    """Organisations by all that can name them."""

    by_kbo: dict[str, list[OnFile]] = field(default_factory=lambda: defaultdict(list))
    by_ovo: dict[str, list[OnFile]] = field(default_factory=lambda: defaultdict(list))
    by_nis: dict[tuple[str, str], list[OnFile]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[str, str], list[OnFile]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, organisations: Iterable[OnFile]) -> Index:
        """The index of all organisations on file."""
        made = cls()
        for one in organisations:
            made.add(one)
        return made

    def add(self, one: OnFile) -> None:
        """Make one more findable."""
        if one.kbo:
            self.by_kbo[one.kbo].append(one)
        if one.ovo:
            self.by_ovo[one.ovo].append(one)
        if one.nis and one.kind in ONE_PER_NIS:
            self.by_nis[one.kind, one.nis].append(one)
        for name in {one.name, *one.names.values()}:
            self.by_name[one.kind, name.casefold()].append(one)

    def find(self, entry: Entry) -> OnFile | None:
        """The organisation that `entry` speaks of, or None. Where several fit, none is guessed from a name alone."""
        for numbered in (self.by_kbo.get(entry.kbo, []), self.by_ovo.get(entry.ovo, [])):
            fitting = [one for one in numbered if _same_body(one, entry)]
            if fitting:
                return fitting[0]
        if entry.kind in ONE_PER_NIS and entry.nis:
            return next(iter(self.by_nis.get((entry.kind, entry.nis), [])), None)
        named = [one for one in self.by_name.get((entry.kind, entry.name.casefold()), []) if _compatible(one, entry)]
        return named[0] if len(named) == 1 else None


def _same_body(one: OnFile, entry: Entry) -> bool:
    """A number is kept through a merger and two bodies can share one, so kind and NIS must not contradict it."""
    kind = one.kind == entry.kind or "kind" in one.manual
    return kind and _agree(one.nis, entry.nis)


def _compatible(one: OnFile, entry: Entry) -> bool:
    return _agree(one.nis, entry.nis) and _agree(one.kbo, entry.kbo) and _agree(one.ovo, entry.ovo)


def _agree(ours: str, theirs: str) -> bool:
    return not ours or not theirs or ours == theirs
