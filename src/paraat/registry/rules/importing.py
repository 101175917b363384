"""What an import would change: organisations on file and entries of a file in, a plan out. Manual entries win; silence changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from paraat.formats.registry_cells import AssetValue
from paraat.formats.registry_file import ContactValue, Entry, Fault
from paraat.registry.rules.matching import AssetOnFile, ContactOnFile, Index, OnFile

COMPARED = (
    "region", "province", "languages", "citizen_languages", "population", "population_as_of", "active_from", "active_until",
    "constituent", "merged_into",
)  # fmt: skip
"""The values of an organisation that an import can change, besides its names and numbers."""
OWNERS = frozenset({"municipality", "province"})
"""A site that one of these owns is, for another body that gives the same address, a page."""


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What an import adds to a contact on file."""

    id: UUID
    fields: Mapping[str, tuple[Any, Any]]
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What an import changes of one organisation: field -> (ours, theirs), and its assets and contacts. `on_file` None: it is new."""

    entry: Entry
    on_file: OnFile | None
    fields: Mapping[str, tuple[Any, Any]]
    add_assets: tuple[AssetValue, ...] = ()
    add_by_rule: tuple[AssetValue, ...] = ()
    confirm_assets: tuple[AssetOnFile, ...] = ()
    close_assets: tuple[AssetOnFile, ...] = ()
    add_contacts: tuple[ContactValue, ...] = ()
    change_contacts: tuple[ContactChange, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        lists = (
            self.add_assets,
            self.add_by_rule,
            self.confirm_assets,
            self.close_assets,
            self.add_contacts,
            self.change_contacts,
        )
        return self.on_file is not None and not self.fields and not any(lists)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something entered by hand that the file would have changed."""

    name: str
    field: str
    ours: Any
    theirs: Any


@dataclass
class Plan:
    """The difference between a file and the register. Applying it and planning again gives a plan in which all is unchanged."""

    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0

    @property
    def new(self) -> list[Change]:
        """The organisations that the file adds."""
        return [change for change in self.changes if change.on_file is None]

    @property
    def changed(self) -> list[Change]:
        """Those on file that it changes."""
        return [change for change in self.changes if change.on_file is not None]


Languages = Callable[[str, str], tuple[tuple[str, ...], tuple[str, ...]]]
Sites = Callable[[str, str, list[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known without the file: the languages and sites of Belgian bodies, where a NIS code lies, and the installation's language."""

    languages: Languages  # (nis, region) -> administrative, for citizens
    sites: Sites  # (kind, nis, names) -> domains
    places: Mapping[str, tuple[str, str]]  # nis -> region, province
    default_language: str = "nl"


def plan(entries: Iterable[Entry], on_file: Sequence[OnFile], ground: Ground, source: str) -> Plan:
    """The plan for a file named `source`. An organisation that the file names twice is taken from its first row."""
    made, index, firsts = Plan(), Index.of(on_file), Index()
    listed = list(entries)
    owned, targets = _owned(listed, on_file), _targets(listed, on_file)
    seen: dict[UUID, int] = {}
    for given in listed:
        entry = _merged(_pages(given, owned), targets, made.faults)
        found = index.find(entry)
        earlier = seen.get(found.id) if found else _row_of(firsts.find(entry))
        if earlier is not None:
            made.faults.append(Fault(entry.row, "", f"the same organisation as row {earlier}", True))
            continue
        firsts.add(_as_on_file(entry))
        if found:
            seen[found.id] = entry.row
        change = _change(entry, found, ground, source, made.kept)
        if change.nothing:
            made.unchanged += 1
        else:
            made.changes.append(change)
    return made


def _targets(entries: Iterable[Entry], on_file: Iterable[OnFile]) -> frozenset[tuple[str, str]]:
    """What can be named as the organisation that another merged into: kind with NIS or enterprise number."""
    every: list[Entry | OnFile] = [*entries, *on_file]
    return frozenset((one.kind, number) for one in every for number in (one.nis, one.kbo) if number)


def _merged(entry: Entry, targets: frozenset[tuple[str, str]], faults: list[Fault]) -> Entry:
    """`entry` with what it merged into among its values; what nobody knows is left out and named."""
    if not entry.merged_into:
        return entry
    if (entry.kind, entry.merged_into) in targets:
        return replace(entry, values={**entry.values, "merged_into": entry.merged_into})
    faults.append(Fault(entry.row, "merged_into", f"no {entry.kind} has this number: {entry.merged_into}", False))
    return entry


def _as_on_file(entry: Entry) -> OnFile:
    number = UUID(int=entry.row)
    return OnFile(number, entry.kind, entry.name, entry.kbo, entry.ovo, entry.nis, entry.names, {})


def _row_of(found: OnFile | None) -> int | None:
    return found.id.int if found else None


def _owned(entries: Sequence[Entry], on_file: Sequence[OnFile]) -> frozenset[str]:
    """The domains of municipalities and provinces, in the file and in the register."""
    ours = {asset.value for one in on_file if one.kind in OWNERS for asset in one.assets if asset.kind == "domain"}
    theirs = {asset.value for one in entries if one.kind in OWNERS for asset in one.assets if asset.kind == "domain"}
    return frozenset(ours | theirs)


def _pages(entry: Entry, owned: frozenset[str]) -> Entry:
    if entry.kind in OWNERS:
        return entry
    assets = tuple(
        AssetValue("page", asset.value, asset.stale) if asset.kind == "domain" and asset.value in owned else asset
        for asset in entry.assets
    )
    return replace(entry, assets=assets)


def _change(entry: Entry, found: OnFile | None, ground: Ground, source: str, kept: list[Kept]) -> Change:
    wanted = _wanted(entry, found, ground)
    fields = dict(_fields(entry, found, wanted, kept))
    by_rule = tuple(_by_rule(entry, found, wanted, ground))
    if found is None:
        return Change(entry, None, fields, _unique(entry.assets), by_rule, add_contacts=entry.contacts)
    contacts = list(_contacts(entry, found, kept))
    return Change(
        entry,
        found,
        fields,
        add_assets=tuple(asset for asset in _unique(entry.assets) if not _held(asset, found)),
        add_by_rule=by_rule,
        confirm_assets=tuple(_confirmed(entry, found)),
        close_assets=tuple(_closed(entry, found, source)),
        add_contacts=tuple(one for one in contacts if isinstance(one, ContactValue)),
        change_contacts=tuple(one for one in contacts if isinstance(one, ContactChange)),
    )


# Fields ---------------------------------------------------------------------------------------------------------------------------
def _wanted(entry: Entry, found: OnFile | None, ground: Ground) -> dict[str, Any]:
    """What the file says, completed for a new organisation with what is known of its place."""
    wanted = {name: value for name, value in entry.values.items() if name in COMPARED}
    has = found.values if found else {}
    region, province = ground.places.get(entry.nis, ("", ""))
    for name, known in (("region", region), ("province", province)):
        if known and not has.get(name) and name not in wanted:
            wanted[name] = known
    if "languages" not in wanted and not has.get("languages"):
        official, citizens = ground.languages(entry.nis, str(wanted.get("region") or has.get("region") or ""))
        wanted["languages"] = list(official) or [ground.default_language]
        wanted.setdefault("citizen_languages", list(citizens) or wanted["languages"])
    if found and ("population" in found.manual or has.get("population") == wanted.get("population")):
        wanted.pop("population_as_of", None)  # the day belongs to its number
    if "inactive_on" in entry.values and not has.get("active_until"):
        wanted["active_until"] = entry.values["inactive_on"]
    return wanted


def _fields(
    entry: Entry, found: OnFile | None, wanted: Mapping[str, Any], kept: list[Kept]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name, theirs in {**_named(entry, found, wanted), **wanted}.items():
        ours = _ours(found, name)
        if ours == theirs:
            continue
        if found is not None and name in found.manual:
            kept.append(Kept(found.name, name, ours, theirs))
            continue
        yield name, (ours, theirs)


def _named(entry: Entry, found: OnFile | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    languages = wanted.get("languages") or (found.values.get("languages") if found else None) or ["nl"]
    names = {**(found.names if found else {}), **entry.names}
    official = entry.names.get(languages[0]) or entry.name
    said = {"name": official, "names": names or {languages[0]: official}}
    return said | {name: getattr(entry, name) for name in ("kind", "kbo", "ovo", "nis") if getattr(entry, name)}


def _ours(found: OnFile | None, name: str) -> Any:
    if found is None:
        return None
    return getattr(found, name) if name in {"name", "names", "kind", "kbo", "ovo", "nis"} else found.values.get(name)


# Assets ---------------------------------------------------------------------------------------------------------------------------
def _by_rule(entry: Entry, found: OnFile | None, wanted: Mapping[str, Any], ground: Ground) -> Iterator[AssetValue]:
    """The sites that rule and table give, where neither file nor register has one that is not in doubt."""
    if entry.kind not in OWNERS or any(asset.kind == "domain" and not asset.stale for asset in entry.assets):
        return
    if found and any(asset.kind == "domain" for asset in found.assets):
        return
    names = {**(found.names if found else {}), **entry.names} or {"": entry.name}
    languages = wanted.get("languages") or (found.values.get("languages") if found else None) or []
    spoken = [names[language] for language in languages if language in names] or list(names.values())[:1]
    given = {asset.value for asset in entry.assets}
    for domain in ground.sites(entry.kind, entry.nis, spoken):
        if domain not in given:
            yield AssetValue("domain", domain, stale=True)


def _unique(assets: Iterable[AssetValue]) -> tuple[AssetValue, ...]:
    return tuple({(asset.kind, asset.value): asset for asset in reversed(list(assets))}.values())[::-1]


def _held(asset: AssetValue, found: OnFile) -> bool:
    return any((ours.kind, ours.value) == (asset.kind, asset.value) for ours in found.assets)


def _confirmed(entry: Entry, found: OnFile) -> Iterator[AssetOnFile]:
    """Those that stood in doubt and that the file gives without doubt."""
    firm = {(asset.kind, asset.value) for asset in entry.assets if not asset.stale}
    return (ours for ours in found.assets if ours.doubtful and (ours.kind, ours.value) in firm)


def _closed(entry: Entry, found: OnFile, source: str) -> Iterator[AssetOnFile]:
    """Domains that only the rule gave, where the file gives another one; and sites that this same file gave and gives no longer."""
    given = {(asset.kind, asset.value) for asset in entry.assets}
    firm = any(asset.kind == "domain" and not asset.stale for asset in entry.assets)
    for ours in found.assets:
        if (ours.kind, ours.value) in given or ours.kind not in {"domain", "page"}:
            continue
        if (ours.doubtful and firm) or (ours.source == source and entry.assets):
            yield ours


# Contacts -------------------------------------------------------------------------------------------------------------------------
def _contacts(entry: Entry, found: OnFile, kept: list[Kept]) -> Iterator[ContactValue | ContactChange]:
    for theirs in entry.contacts:
        ours = next((one for one in found.contacts if one.role == theirs.role), None)
        if ours is None:
            yield theirs
            continue
        change = ContactChange(ours.id, dict(_contact_fields(found, ours, theirs, kept)), _new_channels(ours, theirs))
        if change.fields or change.channels:
            yield change


def _contact_fields(
    found: OnFile, ours: ContactOnFile, theirs: ContactValue, kept: list[Kept]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name in ("name", "languages"):
        before, after = getattr(ours, name), getattr(theirs, name)
        if not after or before == after:
            continue
        if name in ours.manual:
            kept.append(Kept(found.name, f"{ours.role} {name}", before, after))
            continue
        yield name, (before, after)


def _new_channels(ours: ContactOnFile, theirs: ContactValue) -> tuple[tuple[str, str], ...]:
    if "channels" in ours.manual:
        return ()
    return tuple(channel for channel in theirs.channels if channel not in ours.channels)
