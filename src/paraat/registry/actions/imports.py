"""Importing a register: read it (dry), show the difference, and on confirmation write it, in bulk and in one transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from paraat.formats import registry_file, spreadsheet
from paraat.formats.registry_cells import AssetValue
from paraat.formats.registry_file import ContactValue, Fault, Register
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry import snapshot
from paraat.registry.actions.reach import recompute_reach
from paraat.registry.actions.turn import take_turn
from paraat.registry.belgium import RULE
from paraat.registry.models import Asset, Contact, ContactChannel, ImportFault, ImportRun, Organisation
from paraat.registry.rules.importing import Change, ContactChange, Plan, plan
from paraat.registry.words import LEFT_OUT

_SHOWN = 2000
"""Changes kept for showing; a difference of 100,000 rows is counted, not read."""


@action
def read_import(*, content: bytes, file_name: str, as_of: date, by: Actor) -> ImportRun:
    """Read a CSV or workbook without changing the register: the run holds the difference and the rows that could not be taken.

    `as_of` is the day that the file describes. Raises FormatError when the whole file cannot be read.
    """
    register, made = _planned(content, file_name, as_of)
    faults = [*register.faults, *made.faults]
    run = ImportRun.objects.create(
        file_name=file_name[:255],
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        as_of=as_of,
        at=moment.now(),
        by_label=by.label[:200],
        rows=register.rows,
        columns=dict(register.columns),
        difference=difference(made),
    )
    ImportFault.objects.bulk_create([_fault_row(run, fault) for fault in faults], batch_size=2000)
    record("import.read", by=by, on=run, detail={"file": file_name, "as_of": as_of, "rows": register.rows})
    return run


@action
def confirm_import(*, run: ImportRun, by: Actor) -> ImportRun:
    """Write what the run's file says, as the register stands now. Raises Conflict when somebody confirmed or left it already."""
    take_turn()
    _leave_dry(run, ImportRun.State.DONE)
    _, made = _planned(bytes(run.content), run.file_name, run.as_of)
    _apply(made, run, by)
    ImportRun.objects.filter(pk=run.pk).update(difference=difference(made), at=moment.now())
    record("import.confirm", by=by, on=run, detail={"file": run.file_name, **difference(made)["counts"]})
    run.refresh_from_db()
    return run


@action
def drop_import(*, run: ImportRun, by: Actor) -> None:
    """Leave a dry run; its rows and faults stay to be read, its file goes."""
    _leave_dry(run, ImportRun.State.DROPPED)
    ImportRun.objects.filter(pk=run.pk).update(content=b"")
    record("import.drop", by=by, on=run, detail={"file": run.file_name})


def source_of(file_name: str) -> str:
    """How assets and organisations name the file that they came from."""
    return f"import: {file_name}"[:200]


def _leave_dry(run: ImportRun, state: str) -> None:
    if ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.DRY).update(state=state) != 1:
        raise Conflict("This import has been confirmed or left already")


def _planned(content: bytes, file_name: str, as_of: date) -> tuple[Register, Plan]:
    register = registry_file.parse(spreadsheet.read(content), as_of)
    return register, plan(register.entries, snapshot.on_file(), snapshot.ground(), source_of(file_name))


def _fault_row(run: ImportRun, fault: Fault) -> ImportFault:
    reason = fault.reason[:300] if fault.whole else fault.reason[: 300 - len(LEFT_OUT)] + LEFT_OUT
    return ImportFault(run=run, row=fault.row, field=fault.field, reason=reason, raw=dict(fault.raw))


# The difference, to be shown ------------------------------------------------------------------------------------------------------
def difference(made: Plan) -> dict[str, Any]:
    """The plan as JSON: new, changed, kept (by hand, ours wins), how many unchanged, and counts."""
    assets = Counter(asset.kind for change in made.changes for asset in (*change.add_assets, *change.add_by_rule))
    return {
        "new": [_shown(change) for change in made.new[:_SHOWN]],
        "changed": [_shown(change) for change in made.changed[:_SHOWN]],
        "kept": [_json(asdict(one)) for one in made.kept[:_SHOWN]],
        "unchanged": made.unchanged,
        "counts": {
            "new": len(made.new),
            "changed": len(made.changed),
            "kept": len(made.kept),
            "unchanged": made.unchanged,
        },
        "assets": dict(assets),
    }


def _shown(change: Change) -> dict[str, Any]:
    entry, found = change.entry, change.on_file
    contacts = [f"{one.role}: {one.name}" for one in change.add_contacts]
    contacts += [", ".join([*one.fields, *(address for _, address in one.channels)]) for one in change.change_contacts]
    return {
        "row": entry.row,
        "id": str(found.id) if found else "",
        "kind": entry.kind,
        "nis": entry.nis,
        "name": found.name if found else change.fields["name"][1],
        "fields": {} if found is None else _json(dict(change.fields)),
        "assets": [asset.value for asset in (*change.add_assets, *change.add_by_rule)],
        "confirmed": [asset.value for asset in change.confirm_assets],
        "closed": [asset.value for asset in change.close_assets],
        "contacts": contacts,
    }


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


# Writing it -----------------------------------------------------------------------------------------------------------------------
def _apply(made: Plan, run: ImportRun, by: Actor) -> None:
    now, source = moment.now(), source_of(run.file_name)
    rows = {id(change): _row(change, source) for change in made.changes}
    new = [rows[id(change)] for change in made.new]
    Organisation.objects.bulk_create(new, batch_size=1000)
    changed = [rows[id(change)] for change in made.changed if change.fields]
    if changed:
        _update(changed, _FIELDS)
    pairs = [(change, rows[id(change)]) for change in made.changes]
    _merge(pairs)
    _write_assets(pairs, run, source, now)
    _write_contacts(pairs, source)
    recompute_reach(
        [row.pk for change, row in pairs if change.add_contacts or change.change_contacts or change.add_assets]
    )
    for change, row in pairs:
        verb = "organisation.add" if change.on_file is None else "organisation.change"
        detail = {key: value for key, value in _shown(change).items() if value and key not in {"id", "contacts"}}
        record(verb, by=by, on=row, organisation=row.pk, detail={"import": str(run.pk), **detail})


_FIELDS = [
    "kind", "name", "names", "kbo", "ovo", "nis", "region", "province", "languages", "citizen_languages", "population", "population_as_of",
    "active_from", "active_until", "constituent",
]  # fmt: skip


def _row(change: Change, source: str) -> Organisation:
    values = {name: theirs for name, (_, theirs) in change.fields.items() if name != "merged_into"}
    if change.on_file is None:
        return Organisation(source=str(change.entry.values.get("source", source)), **values)
    found = change.on_file
    kept = {name: getattr(found, name) for name in ("kind", "name", "kbo", "ovo", "nis", "names")}
    kept |= {name: value for name, value in found.values.items() if name != "merged_into"}
    return Organisation(pk=found.id, **(kept | values))


def _merge(pairs: Iterable[tuple[Change, Organisation]]) -> None:
    """Say what each merged into, once all are there."""
    wanted = [(row, change.fields["merged_into"][1]) for change, row in pairs if "merged_into" in change.fields]
    if not wanted:
        return
    targets: dict[tuple[str, str], UUID] = {}
    for pk, kind, nis, kbo in Organisation.objects.values_list("pk", "kind", "nis", "kbo"):
        targets |= {(kind, number): pk for number in (kbo, nis) if number}
    for row, number in wanted:
        row.merged_into_id = targets.get((row.kind, number))
    _update([row for row, _ in wanted], ["merged_into"])


def _update(rows: Sequence[Organisation], fields: Sequence[str]) -> None:
    """Write these fields of rows that are on file. An upsert: Django's bulk_update builds a CASE a field a row, twenty times slower."""
    Organisation.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def _write_assets(pairs: Iterable[tuple[Change, Organisation]], run: ImportRun, source: str, now: datetime) -> None:
    listed = list(pairs)
    new = [_asset(row, one, source, None if one.stale else now) for change, row in listed for one in change.add_assets]
    new += [_asset(row, one, RULE, None) for change, row in listed for one in change.add_by_rule]
    Asset.objects.bulk_create(new, batch_size=2000)
    confirmed = [asset.id for change, _ in listed for asset in change.confirm_assets]
    Asset.objects.filter(pk__in=confirmed, verified_at=None).update(verified_at=now, source=source)
    closed = [asset.id for change, _ in listed for asset in change.close_assets]
    Asset.objects.filter(pk__in=closed, valid_until=None).update(valid_until=run.as_of)


def _asset(row: Organisation, one: AssetValue, source: str, verified_at: datetime | None) -> Asset:
    return Asset(organisation=row, kind=one.kind, value=one.value, source=source, verified_at=verified_at)


def _write_contacts(pairs: Iterable[tuple[Change, Organisation]], source: str) -> None:
    new: list[Contact] = []
    channels: list[ContactChannel] = []
    for change, row in pairs:
        for one in change.add_contacts:
            contact = _contact(row, one, source)
            new.append(contact)
            channels += _channels(contact.pk, one.channels, 0)
        for changed in change.change_contacts:
            _change_contact(changed)
            channels += _channels(changed.id, changed.channels, 50)  # after those that are there
    Contact.objects.bulk_create(new, batch_size=1000)
    ContactChannel.objects.bulk_create(channels, batch_size=1000, ignore_conflicts=True)


def _contact(row: Organisation, one: ContactValue, source: str) -> Contact:
    named = replace(one, name=one.name or f"{one.role}, {row.name}"[:200])
    languages = list(named.languages) or row.languages
    return Contact(organisation=row, role=named.role, name=named.name, languages=languages, source=source)


def _change_contact(change: ContactChange) -> None:
    values = {name: list(after) if name == "languages" else after for name, (_, after) in change.fields.items()}
    if values:
        Contact.objects.filter(pk=change.id).update(**values)


def _channels(contact: UUID, channels: Iterable[tuple[str, str]], after: int) -> list[ContactChannel]:
    return [
        ContactChannel(contact_id=contact, kind=kind, address=address, position=after + place)
        for place, (kind, address) in enumerate(channels, start=1)
    ]
