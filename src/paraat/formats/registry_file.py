"""A register of organisations as a table (CSV, XLSX): columns found by name, rows to values, bad rows named with field and reason and kept.

A cell that is empty says nothing: it never erases. A wrong cell that says who the organisation is stops its row; any other wrong cell is
left out, named, and the rest of the row is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import date
from itertools import pairwise
from typing import Any

from paraat.formats import registry_cells as cells
from paraat.formats.registry_cells import AssetValue
from paraat.formats.registry_columns import HEADINGS, PARTS, PROVINCES, ROLES, plain
from paraat.formats.spreadsheet import Row, Sheet

_POPULATION = re.compile(r"population_(\d{4})(\d{2})(\d{2})")
_ACTIVE = re.compile(r"active_(\d{4})")
_READERS = {
    "kbo": cells.kbo,
    "nis": cells.nis,
    "type": cells.kind,
    "province": cells.province,
    "region": cells.region,
    "population": cells.count,
    "population_as_of": cells.day,
    "active_from": cells.day,
    "active_until": cells.day,
    "status": cells.status,
    "languages": cells.languages,
    "citizen_languages": cells.languages,
    "constituent": cells.switch,
    "welfare_kbo": cells.kbo,
}
_IDENTITY = frozenset({"kbo", "nis", "type", "welfare_kbo"})
"""A wrong one of these would put the row on the wrong organisation."""


@dataclass(frozen=True, slots=True)
class ContactValue:
    """A contact as a file gives it: role, name (may be empty), languages and channels (kind, address) in order."""

    role: str
    name: str = ""
    languages: tuple[str, ...] = ()
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that could not be taken. `whole`: the row was not; else only the field was not."""

    row: int
    field: str
    reason: str
    whole: bool
    raw: Mapping[str, str] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One organisation of the file. `values` holds what the file says and nothing else; `merged_into` a NIS or enterprise number."""

    row: int
    kind: str
    name: str
    kbo: str = ""
    ovo: str = ""
    nis: str = ""
    names: Mapping[str, str] = made(default_factory=dict)
    values: Mapping[str, Any] = made(default_factory=dict)
    merged_into: str = ""
    assets: tuple[AssetValue, ...] = ()
    contacts: tuple[ContactValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """A file as read: which column means what ("" for one that means nothing to us), entries, faults, and how many rows there were."""

    columns: Mapping[str, str]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    rows: int


def recognise(columns: tuple[str, ...]) -> dict[str, str]:
    """Column as found -> field, "" when unknown. Of two columns that mean the same the first counts, and an exact name before a synonym."""
    meant = {column: _meaning(column) for column in columns}
    taken: dict[str, str] = {}
    for column in sorted(columns, key=lambda column: plain(column) != meant[column]):
        if meant[column] and meant[column] not in taken:
            taken[meant[column]] = column
    return {column: meant[column] if taken.get(meant[column]) == column else "" for column in columns}


def _meaning(column: str) -> str:
    name = plain(column)
    if _POPULATION.fullmatch(name) or _ACTIVE.fullmatch(name):
        return name
    return HEADINGS.get(name, "")


def parse(sheet: Sheet, as_of: date) -> Register:
    """Read the rows as what was true on `as_of`."""
    columns = recognise(sheet.columns)
    entries: list[Entry] = []
    faults: list[Fault] = []
    for row in sheet.rows:
        made, wrong = _Reading(row, columns, as_of).entries()
        entries += made
        faults += wrong
    return Register(columns, tuple(entries), tuple(faults), len(sheet.rows))


class _Reading:
    """One row being read."""

    def __init__(self, row: Row, columns: Mapping[str, str], as_of: date) -> None:
        self.row, self.as_of = row, as_of
        self.given = {columns[name]: cell for name, cell in row.cells.items() if columns.get(name) and cell}
        self.faults: list[Fault] = []

    def entries(self) -> tuple[list[Entry], list[Fault]]:
        """The organisation of the row, with its welfare centre where the row names one."""
        if self.row.fault:
            self._wrong("", self.row.fault, whole=True)
        read = {name: self._read(name) for name in self.given if name in _READERS}
        names = self._names()
        if not names:
            self._wrong("name", "missing", whole=True)
        kind = read.get("type") or _kind_of(read.get("nis") or "")
        if not kind and "type" not in self.given and not any(fault.field == "nis" for fault in self.faults):
            self._wrong("type", "missing, and there is no NIS code to tell it from", whole=True)
        if any(fault.whole for fault in self.faults):
            return [], self.faults
        values = self._values(read)
        entry = Entry(
            row=self.row.number,
            kind=kind,
            name=names.get("", next(iter(names.values()))),
            kbo=read.get("kbo") or "",
            ovo=self.given.get("ovo", "")[:12],
            nis=read.get("nis") or "",
            names={language: name for language, name in names.items() if language},
            values=values,
            merged_into=self.given.get("merged_into", ""),
            assets=tuple(self._assets()),
            contacts=tuple(self._contacts()),
        )
        return [entry, *_welfare_centre(entry, read.get("welfare_kbo"))], self.faults

    def _read(self, name: str) -> Any:
        try:
            return _READERS[name](self.given[name])
        except ValueError as error:
            self._wrong(name, str(error), whole=name in _IDENTITY)
            return None

    def _wrong(self, name: str, reason: str, *, whole: bool) -> None:
        self.faults.append(Fault(self.row.number, name, reason[:300], whole, dict(self.row.cells)))

    def _names(self) -> dict[str, str]:
        found = {"": self.given.get("name", "")} | {x: self.given.get(f"name_{x}", "") for x in ("nl", "fr", "de")}
        return {language: re.sub(r"\s+", " ", name)[:200] for language, name in found.items() if name}

    def _values(self, read: Mapping[str, Any]) -> dict[str, Any]:
        plainly = ("province", "region", "active_from", "active_until", "languages", "citizen_languages", "constituent")
        values = {name: read[name] for name in plainly if read.get(name) is not None}
        values |= self._years() | self._population(read)
        if self.given.get("source"):
            values["source"] = self.given["source"][:200]
        if read.get("status") == "inactive" and "active_until" not in values:
            values["inactive_on"] = self.as_of
        return values

    def _years(self) -> dict[str, Any]:
        """The days of its existence from columns such as active_2024 and active_2025."""
        years = sorted((int(name[-4:]), self.given[name] == "1") for name in self.given if _ACTIVE.fullmatch(name))
        found: dict[str, Any] = {}
        for (_, before), (year, after) in pairwise(years):
            if before != after:
                found["active_from" if after else "active_until"] = date(year, 1, 1)
        return found

    def _population(self, read: Mapping[str, Any]) -> dict[str, Any]:
        if read.get("population") is not None:
            return {"population": read["population"], "population_as_of": read.get("population_as_of") or self.as_of}
        newest = max((name for name in self.given if _POPULATION.fullmatch(name)), default="")
        if not newest:
            return {}
        year, month, day = (int(part) for part in _POPULATION.fullmatch(newest).groups())  # type: ignore[union-attr]
        try:
            return {"population": cells.count(self.given[newest]), "population_as_of": date(year, month, day)}
        except ValueError as error:
            self._wrong(newest, str(error), whole=False)
            return {}

    def _assets(self) -> Iterator[AssetValue]:
        """Every asset of the row; those that its cell `unverified` names stay in doubt."""
        doubted = frozenset(cells.parts(self.given.get("unverified", "")))
        for asset in self._given_assets():
            yield replace(asset, stale=True) if asset.value in doubted else asset

    def _given_assets(self) -> Iterator[AssetValue]:
        stale = self.given.get("stale", "0") not in {"0", "no", "nee", "non"}
        for part in cells.parts(self.given.get("website", "")):
            try:
                found = cells.site(part, stale=stale)
            except ValueError as error:
                self._wrong("website", str(error), whole=False)
                continue
            if found:
                yield found
        for name in ("domains", "hosts", "networks", "asns", "email_domains"):
            try:
                yield from cells.assets(name, self.given.get(name, ""))
            except ValueError as error:
                self._wrong(name, str(error), whole=False)

    def _contacts(self) -> Iterator[ContactValue]:
        for role in ROLES:
            said = {part: self.given[f"{role}_{part}"] for part in PARTS if f"{role}_{part}" in self.given}
            channels = tuple(self._channels(role, said))
            if channels or "name" in said:
                yield ContactValue(role, said.get("name", "")[:200], self._contact_languages(role, said), channels)

    def _contact_languages(self, role: str, said: Mapping[str, str]) -> tuple[str, ...]:
        try:
            return tuple(cells.languages(said.get("languages", "")))
        except ValueError as error:
            self._wrong(f"{role}_languages", str(error), whole=False)
            return ()

    def _channels(self, role: str, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for part, reader in (("mail", cells.mail), ("sms", cells.phone), ("voice", cells.phone)):
            for one in re.split(r"[;|]+", said.get(part, "")):
                try:
                    if one.strip():
                        yield part, reader(one)
                except ValueError as error:
                    self._wrong(f"{role}_{part}", str(error), whole=False)


def _kind_of(nis: str) -> str:
    """What a file without a type column speaks of: a NIS code belongs to a province or a municipality."""
    return ("province" if nis in PROVINCES else "municipality") if nis else ""


def _welfare_centre(town: Entry, number: str | None) -> list[Entry]:
    """The public centre for social welfare that a municipality's row names by its enterprise number."""
    if not number:
        return []
    prefixes = {"nl": "OCMW", "fr": "CPAS", "de": "ÖSHZ"}
    names = {language: f"{prefixes[language]} {name}" for language, name in town.names.items() if language in prefixes}
    kept = ("province", "region", "active_from", "active_until", "languages", "citizen_languages", "constituent")
    values = {name: town.values[name] for name in kept if name in town.values}
    name = names.get("nl") or next(iter(names.values()), f"OCMW {town.name}")
    return [
        Entry(
            town.row,
            "welfare_centre",
            name,
            kbo=number,
            nis=town.nis,
            names=names,
            values=values,
            merged_into=town.merged_into,
        )
    ]
