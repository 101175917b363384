"""The history of programmes from a file, as given: rungs with their days, no earlier rungs made up, missing programmes made.

Importing the same file again changes nothing. A row that cannot be taken goes to quarantine with its field and reason, until it can be, or until
somebody says why it is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from paraat.formats import spreadsheet
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import Subject, action, record
from paraat.readiness.actions.programmes import open_programme
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Participation, Programme, ProgrammeFault, Step
from paraat.readiness.rules import history, rungs
from paraat.readiness.rules.history import Fault, Line
from paraat.registry.actions.turn import take_turn
from paraat.registry.models import Organisation

State = Participation.State


@dataclass
class Outcome:
    """What an import did, or would do."""

    file_name: str
    rows: int
    dry_run: bool = False
    programmes: list[str] = field(default_factory=list)  # made
    new: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)  # in quarantine, or to be
    quarantined: int = 0  # of them, those that were not there yet
    left_out: int = 0  # rows that somebody decided to leave out
    settled: int = 0  # rows that were in quarantine and are taken now

    @property
    def changed(self) -> bool:
        """Whether anything was, or would be, written."""
        return bool(self.programmes or self.new or self.quarantined or self.settled)

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "file": self.file_name,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "new": self.new,
            "unchanged": self.unchanged,
            "bad": len(self.faults),
            "left_out": self.left_out,
            "quarantined": self.quarantined,
            "settled": self.settled,
            "programmes_made": self.programmes,
            "changed": self.changed,
            "faults": [
                {"file": self.file_name, "row": one.row, "field": one.field, "reason": one.reason, "raw": dict(one.raw)}
                for one in self.faults
            ],
        }


@action
def import_history(*, content: bytes, file_name: str, by: Actor, dry_run: bool = False) -> Outcome:
    """Take the rows of a CSV or workbook `nis,programme,step,date`. Raises FormatError for what is no table, Invalid when columns are missing."""
    sheet = spreadsheet.read(content)
    if lacking := history.missing(sheet.columns):
        raise Invalid("Columns are missing", file=file_name, columns=", ".join(lacking))
    take_turn()  # one import at a time, and none while the register is written
    now = moment.now()
    outcome = Outcome(file_name[:255], len(sheet.rows), dry_run)
    read = [history.read(row.number, row.cells, row.fault, moment.day(now)) for row in sheet.rows]
    known = _Known(line for line in read if isinstance(line, Line))
    taken = _sort(read, known, outcome)
    found = _Quarantine(outcome.file_name, outcome.faults)
    outcome.faults, outcome.left_out, outcome.quarantined = found.shown, found.left_out, len(found.new)
    raws = {row.number: _digest(row.cells) for row in sheet.rows}
    settles = _open_faults({raws[one.row] for one in [*taken, *known.repeated]})
    outcome.settled = len(settles)
    if dry_run or not outcome.changed:
        return outcome
    programmes = _programmes(outcome, known, by)
    _write(taken, known, programmes, outcome.file_name, by, now)
    found.keep(by, now)
    ProgrammeFault.objects.filter(pk__in=settles, settled_at=None).update(settled_at=now, settled_by=by.label[:200])
    detail = {name: value for name, value in outcome.as_data().items() if name not in {"faults", "dry_run"}}
    for programme in programmes.values():
        record("programme.imported", by=by, on=programme, detail=detail)
    if not programmes:
        rows = Subject("programmefault", "many", rows=outcome.quarantined)
        record("programme.imported", by=by, on=rows, detail=detail)
    return outcome


@action
def leave_out(*, fault: ProgrammeFault, because: str, by: Actor) -> ProgrammeFault:
    """A row in quarantine is not wanted. Raises Invalid without a reason, Conflict when it is settled."""
    if not because.strip():
        raise Invalid("Say why", field="because")
    waiting = ProgrammeFault.objects.filter(pk=fault.pk, settled_at=None)
    said = {"settled_by": by.label[:200], "settled_because": because.strip()[:500]}
    if waiting.update(settled_at=moment.now(), **said) != 1:
        raise Conflict("This row is settled already")
    fault.refresh_from_db()
    detail = {"file": fault.file_name, "row": fault.row, "because": because[:500]}
    record("programme.left_out", by=by, on=fault, detail=detail)
    return fault


# Reading ---------------------------------------------------------------------------------------------------------------------------
class _Known:
    """What is on file about the rows of a file."""

    def __init__(self, lines: Iterable[Line]) -> None:
        listed = list(lines)
        keys = {line.programme for line in listed}
        towns = Organisation.objects.real().filter(kind=Organisation.Kind.MUNICIPALITY)
        self.towns: dict[str, Organisation] = {
            one.nis: one for one in towns.filter(nis__in={line.nis for line in listed})
        }
        held = Programme.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("key")
        self.programmes = {one.key: one for one in held}
        self.steps = {
            (town, programme, name): on
            for town, programme, name, on in Step.objects.filter(
                undone_at=None, participation__turn=1, participation__exercise=False, participation__programme__key__in=keys
            ).values_list("participation__organisation", "participation__programme__key", "name", "on")
        }  # fmt: skip
        self.repeated: list[Line] = []

    def look(self, line: Line) -> str:
        """ "" for a row to take, "unchanged" for one that is there, else what is wrong, as `field: reason`."""
        town = self.towns.get(line.nis)
        if town is None:
            return "nis: no municipality on file has this code"
        if town.active_from is not None and line.day < town.active_from:
            return f"date: {town.name} did not exist yet; give the municipality of that day"
        if town.active_until is not None and line.day >= town.active_until and town.merged_into_id is None:
            return f"date: {town.name} did not exist any more"
        on = self.steps.get((town.pk, line.programme, line.step))
        if on == line.day:
            return "unchanged"
        if on is not None:
            return f"date: this step is recorded already, on {on.isoformat()}"
        self.steps[town.pk, line.programme, line.step] = line.day
        return ""


def _sort(read: Sequence[Line | Fault], known: _Known, outcome: Outcome) -> list[Line]:
    taken = []
    for one in read:
        if isinstance(one, Fault):
            outcome.faults.append(one)
            continue
        said = known.look(one)
        if said == "unchanged":
            known.repeated.append(one)
        elif said:
            name, _, reason = said.partition(": ")
            raw = {"nis": one.nis, "programme": one.programme, "step": one.step, "date": one.day.isoformat()}
            outcome.faults.append(Fault(one.row, name, reason, raw))
        else:
            taken.append(one)
    outcome.new, outcome.unchanged = len(taken), len(known.repeated)
    outcome.programmes = sorted({line.programme for line in taken} - known.programmes.keys())
    return taken


def _digest(cells: Mapping[str, str], shape: str = "") -> str:
    """Of a row, whatever the order and the case of its columns; a row of the wrong shape is not the right one that it resembles."""
    tidied = {
        name.casefold(): value.strip().lower() for name, value in cells.items() if name.casefold() in history.FIELDS
    }
    return hashlib.sha256(json.dumps([tidied, shape], sort_keys=True).encode()).hexdigest()


def _open_faults(digests: set[str]) -> list[UUID]:
    return list(ProgrammeFault.objects.filter(digest__in=digests, settled_at=None).values_list("pk", flat=True))


class _Quarantine:
    """The bad rows of a file against those that were kept from it before."""

    def __init__(self, file_name: str, faults: Sequence[Fault]) -> None:
        self.file_name = file_name
        before = {
            (digest, nth): because
            for digest, nth, because in ProgrammeFault.objects.filter(file_name=file_name)
            .exclude(settled_at__isnull=False, settled_because="")  # was taken once, and cannot be any more
            .values_list("digest", "nth", "settled_because")
        }
        seen: Counter[str] = Counter()
        self.shown: list[Fault] = []
        self.new: list[tuple[Fault, str, int]] = []
        self.left_out = 0
        for fault in faults:
            digest = _digest(fault.raw, "" if fault.field else fault.reason)
            seen[digest] += 1
            key = digest, seen[digest]
            if before.get(key):
                self.left_out += 1
                continue
            self.shown.append(fault)
            if key not in before:
                self.new.append((fault, *key))

    def keep(self, by: Actor, now: datetime) -> None:
        """Put the new ones into quarantine."""
        ProgrammeFault.objects.bulk_create(
            ProgrammeFault(
                file_name=self.file_name,
                row=fault.row,
                field=fault.field,
                reason=fault.reason[:300],
                raw=dict(fault.raw),
                digest=digest,
                nth=nth,
                at=now,
                by=by.label[:200],
            )
            for fault, digest, nth in self.new
        )


# Writing ---------------------------------------------------------------------------------------------------------------------------
def _programmes(outcome: Outcome, known: _Known, by: Actor) -> dict[str, Programme]:
    """Those of the rows, missing ones made; held until the transaction ends, in one order."""
    for key in outcome.programmes:
        open_programme(by=by, key=key, source=f"import: {outcome.file_name}")
    wanted = known.programmes.keys() | set(outcome.programmes)
    rows = Programme.objects.select_for_update(no_key=True).filter(key__in=wanted).order_by("key")
    return {one.key: one for one in rows}


def _write(
    lines: Sequence[Line],
    known: _Known,
    programmes: Mapping[str, Programme],
    file_name: str,
    by: Actor,
    now: datetime,
) -> None:
    of: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        of[line.programme, line.nis].append(line)
    taking = {
        (one.programme.key, one.organisation.nis): one
        for one in Participation.objects.filter(programme__key__in=programmes, turn=1, exercise=False).select_related(
            "programme", "organisation"
        )
    }
    new = {key: _participation(programmes[key[0]], known.towns[key[1]], now) for key in of if key not in taking}
    Participation.objects.bulk_create(new.values())
    taking |= new
    Step.objects.bulk_create(
        Step(
            participation=taking[key],
            name=line.step,
            on=line.day,
            source=file_name,
            row=line.row,
            recorded_at=now,
            recorded_by=by.label[:200],
        )
        for key, listed in of.items()
        for line in listed
    )
    changed = [taking[key] for key in of]
    for key, listed in of.items():
        _place(taking[key], listed)
        detail = {"programme": key[0], "file": file_name, "steps": {line.step: line.day for line in listed}}
        row = taking[key]
        record("participation.imported", by=by, on=row, organisation=row.organisation_id, detail=detail)
    Participation.objects.bulk_update(changed, ["step", "state", "state_at"])
    touch(one.organisation_id for one in changed)


def _participation(programme: Programme, town: Organisation, now: datetime) -> Participation:
    return Participation(programme=programme, organisation=town, state=State.SILENT, state_at=now)


def _place(row: Participation, lines: Sequence[Line]) -> None:
    """Where it stands by what was given. An answer that it gave later than that stays."""
    row.step = rungs.furthest([*([row.step] if row.step else []), *(line.step for line in lines)])
    last = max(line.day for line in lines)
    state = _state(row.step)
    answered = row.state in {State.EQUIVALENT, State.DECLINED, State.ENDED, State.WAITING, State.DONE}
    if answered and last <= moment.day(row.state_at):
        return
    if state != row.state and not (row.state == State.WAITING and state == State.GOING):
        row.state, row.state_at = state, _midnight(last)


def _state(step: str) -> str:
    if step == rungs.PAID:
        return State.DONE
    return State.GOING if step in rungs.TAKES_PART else State.SILENT


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=moment.ZONE)
