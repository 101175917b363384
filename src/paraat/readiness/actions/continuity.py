"""Critical services of a constituent: taken from the list, said in its own words, tied to what they need, looked through and retired."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from paraat.cloud import catalog
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import Subject, action, record
from paraat.readiness import critical_services
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import CriticalService, Dependency
from paraat.registry.models import Organisation, Supply

FIELDS = frozenset({"name", "max_downtime_hours", "rto_hours", "rpo_hours", "systems", "workaround", "on_paper", "cloud_services"})  # fmt: skip
LONGEST = 24 * 365
"""Hours that anything may be said to take: a year. More is a slip of the finger."""


@action
def start_list(*, organisation: Organisation, by: Actor, language: str = "", exercise: bool = False) -> int:
    """Take over the built-in list; how many services were added. What is on the list already stays as it is: a second click adds nothing.

    Every maximum tolerable downtime comes as a proposal, and stays one until somebody there decides it.
    """
    now = moment.now()
    spoken = language or (organisation.languages or ["nl"])[0]
    held = CriticalService.objects.filter(organisation=organisation, exercise=exercise, retired_at=None)
    had = set(held.values_list("kind", flat=True))
    rows = [
        CriticalService(
            organisation=organisation,
            kind=one.key,
            name=one.name(spoken),
            max_downtime_hours=one.hours,
            max_downtime_proposed=True,
            cloud_services=list(one.cloud),
            changed_at=now,
            changed_by=by.label[:200],
            exercise=exercise,
        )
        for one in critical_services.listed().values()
        if one.key not in had
    ]
    made = CriticalService.objects.bulk_create(rows, ignore_conflicts=True)  # two clicks at once: the constraint holds
    detail = {"services": [one.kind for one in made]}
    subject = Subject("criticalservice", "list", rows=len(made))
    record("continuity.started", by=by, on=subject, organisation=organisation.pk, detail=detail, exercise=exercise)
    touch([organisation.pk])
    return len(made)


@action
def add_service(
    *, organisation: Organisation, by: Actor, kind: str = "other", name: str = "", exercise: bool = False, **fields: Any
) -> CriticalService:
    """Add one service. Invalid for a kind that the list does not have or no name, Conflict when the list's is there already."""
    listed = critical_services.listed().get(kind)
    if listed is None and kind != critical_services.OTHER:
        raise Invalid("This kind of service is not known", field="kind", kind=kind)
    said = name.strip() or (listed.name((organisation.languages or ["nl"])[0]) if listed else "")
    values = _checked({"name": said} | fields)
    row = CriticalService(
        organisation=organisation, kind=kind, changed_at=moment.now(), changed_by=by.label[:200], exercise=exercise, **values
    )  # fmt: skip
    there = CriticalService.objects.filter(organisation=organisation, kind=kind, exercise=exercise, retired_at=None)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if kind != critical_services.OTHER and there.exists():
        raise Conflict("This service is on the list already")
    row.save(force_insert=True)
    _say("continuity.added", row, by, name=row.name)
    return row


@action
def save_service(
    *,
    service: CriticalService,
    version: int,
    by: Actor,
    decided: bool = False,
    suppliers: Collection[UUID] | None = None,
    needs: Collection[UUID] | None = None,
    **fields: Any,
) -> CriticalService:
    """Write what was said of a service. A proposed limit becomes its own when it changes or somebody says that it was decided (`decided`).

    `suppliers`: of those that supply the organisation; `needs`: services of the same organisation. None leaves either as it is. Raises Conflict
    when somebody else saved first, Invalid for hours that cannot be or for what is not its own.
    """
    values = _checked(fields)
    if decided or values.get("max_downtime_hours", service.max_downtime_hours) != service.max_downtime_hours:
        values["max_downtime_proposed"] = False
    changed = {"version": version + 1, "changed_at": moment.now(), "changed_by": by.label[:200]}
    rows = CriticalService.objects.filter(pk=service.pk, version=version, retired_at=None)
    if rows.update(**values, **changed) != 1:
        raise Conflict("Somebody else changed this service first; look at it again")
    service.refresh_from_db()
    if suppliers is not None:
        _supplied_by(service, set(suppliers))
    if needs is not None:
        _needing(service, set(needs))
    _say("continuity.saved", service, by, fields=sorted(values))
    return service


@action
def review_services(*, organisation: Organisation, by: Actor, on: date | None = None, exercise: bool = False) -> int:
    """Somebody looked through the whole list and it is right: limits that were proposals are now decided. How many services."""
    day = on or moment.today()
    if day > moment.today():
        raise Invalid("This day is still to come", field="on")
    rows = CriticalService.objects.filter(organisation=organisation, retired_at=None, exercise=exercise)
    number = rows.update(reviewed_on=day, max_downtime_proposed=False)
    if not number:
        raise Invalid("There is no list yet")
    subject = Subject("criticalservice", "list", rows=number)
    record(
        "continuity.reviewed", by=by, on=subject, organisation=organisation.pk, detail={"on": day}, exercise=exercise
    )
    touch([organisation.pk])
    return number


@action
def retire_service(*, service: CriticalService, by: Actor, because: str) -> None:
    """The organisation no longer counts it as critical, or no longer offers it. Its tests stay on file; nothing needs it any more."""
    why = because.strip()[:500]
    if not why:
        raise Invalid("Say why: the reason is kept", field="because")
    if CriticalService.objects.filter(pk=service.pk, retired_at=None).update(retired_at=moment.now()) != 1:
        raise Conflict("This service was taken from the list already")
    Dependency.objects.filter(needs=service).delete()
    service.refresh_from_db()
    _say("continuity.retired", service, by, name=service.name, because=why)


@action
def note_sheet(*, organisation: Organisation, by: Actor) -> None:
    """Somebody took the sheet for the wall."""
    record("continuity.printed", by=by, on=Subject("criticalservice", "sheet"), organisation=organisation.pk)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """What may be written, tidied. Raises Invalid."""
    if unknown := set(fields) - FIELDS:
        raise Invalid("This cannot be said of a service", fields=", ".join(sorted(unknown)))
    values = dict(fields)
    if "name" in values:
        values["name"] = values["name"].strip()[:200]
        if not values["name"]:
            raise Invalid("A service needs a name", field="name")
    for name in ("max_downtime_hours", "rto_hours", "rpo_hours"):
        if values.get(name) is not None and not 0 <= values[name] <= LONGEST:
            raise Invalid("Hours lie between none and those of a year", field=name)
    if "systems" in values:
        values["systems"] = _names(values["systems"], 100)
    if "cloud_services" in values:
        values["cloud_services"] = [catalog.service(one).name for one in values["cloud_services"]]
    return values


def _names(given: Iterable[str], longest: int) -> list[str]:
    found = (one.strip()[:longest] for one in given)
    return list(dict.fromkeys(one for one in found if one))[:50]


def _supplied_by(service: CriticalService, wanted: set[UUID]) -> None:
    """Suppliers on file for the organisation, and those that the service had: an ended contract does not make what was said wrong."""
    held = set(service.suppliers.values_list("pk", flat=True))
    on_file = Supply.objects.as_of(moment.today()).filter(customer=service.organisation_id)
    if wanted - held - set(on_file.values_list("supplier", flat=True)):
        raise Invalid("This supplier is not on file for the organisation", field="suppliers")
    service.suppliers.set(Organisation.objects.filter(pk__in=wanted))


def _needing(service: CriticalService, wanted: set[UUID]) -> None:
    own = CriticalService.objects.filter(
        organisation=service.organisation_id, exercise=service.exercise, retired_at=None, pk__in=wanted
    )
    if set(own.values_list("pk", flat=True)) != wanted or service.pk in wanted:
        raise Invalid("A service needs other services of the same organisation", field="needs")
    rows = Dependency.objects.filter(service=service)
    rows.exclude(needs__in=wanted).delete()
    Dependency.objects.bulk_create([Dependency(service=service, needs_id=one) for one in wanted], ignore_conflicts=True)


def _say(verb: str, service: CriticalService, by: Actor, **detail: Any) -> None:
    record(verb, by=by, on=service, organisation=service.organisation_id, detail=detail)
    touch([service.organisation_id])
