"""Organisations: added, changed and closed by hand. What a person entered is remembered, so that no import undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from paraat.formats import kbo as enterprise
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

EDITABLE = (
    "kind",
    "name",
    "names",
    "languages",
    "citizen_languages",
    "nis",
    "kbo",
    "ovo",
    "region",
    "province",
    "population",
    "population_as_of",
    "active_from",
    "active_until",
    "constituent",
    "provider_consent",
    "tlp",
)


@action
def add_organisation(*, kind: str, name: str, by: Actor, **values: Any) -> Organisation:
    """Put an organisation on file. `values`: any of EDITABLE. Raises Invalid for a wrong enterprise number or an unknown field."""
    checked = _checked({"kind": kind, "name": name.strip(), **values})
    checked.setdefault("languages", ["nl"])
    checked.setdefault("citizen_languages", list(checked["languages"]))
    checked.setdefault("names", {checked["languages"][0]: checked["name"]})
    made = Organisation.objects.create(source="by hand", manual_fields=sorted(checked), **checked)
    record("organisation.add", by=by, on=made, organisation=made.pk, detail={"name": made.name, "kind": made.kind})
    return made


@action
def change_organisation(*, organisation: Organisation, by: Actor, **values: Any) -> list[str]:
    """Change fields by hand; the names of those that really changed. They win over every later import."""
    checked = _checked(values)
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = {
        name: (getattr(locked, name), value) for name, value in checked.items() if getattr(locked, name) != value
    }
    if not changed:
        return []
    manual = sorted({*locked.manual_fields, *changed})
    after = {name: value for name, (_, value) in changed.items()}
    Organisation.objects.filter(pk=locked.pk).update(manual_fields=manual, **after)
    detail = {name: [str(before), str(value)] for name, (before, value) in changed.items()}
    record("organisation.change", by=by, on=locked, organisation=locked.pk, detail={"fields": detail})
    organisation.refresh_from_db()
    return sorted(changed)


@action
def follow_imports(*, organisation: Organisation, field: str, by: Actor) -> None:
    """Let imports change a field again that a person had entered. Raises Conflict when nobody had."""
    kept = [name for name in organisation.manual_fields if name != field]
    held = Organisation.objects.filter(pk=organisation.pk, manual_fields__contains=[field])
    if held.update(manual_fields=kept) != 1:
        raise Conflict()
    record("organisation.follow", by=by, on=organisation, organisation=organisation.pk, detail={"field": field})


@action
def close_organisation(*, organisation: Organisation, on: date, by: Actor, merged_into: UUID | None = None) -> None:
    """It exists until the day before `on`, and passes into another where that is named. Raises Conflict when it was closed already."""
    if merged_into == organisation.pk:
        raise Invalid("An organisation cannot merge into itself")
    manual = sorted({*organisation.manual_fields, "active_until", *(["merged_into"] if merged_into else [])})
    open_ = Organisation.objects.filter(pk=organisation.pk, active_until=None)
    if open_.update(active_until=on, merged_into_id=merged_into, manual_fields=manual) != 1:
        raise Conflict("This organisation has been closed already")
    detail = {"on": on, "merged_into": str(merged_into or "")}
    record("organisation.close", by=by, on=organisation, organisation=organisation.pk, detail=detail)
    organisation.refresh_from_db()


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - set(EDITABLE))
    if unknown:
        raise Invalid("These fields cannot be edited", fields=unknown)
    checked = dict(values)
    if checked.get("kbo"):
        checked["kbo"] = enterprise.tidy(checked["kbo"])
        if not enterprise.is_kbo(checked["kbo"]):
            raise Invalid("This is not a valid enterprise number (check digits)", kbo=values["kbo"])
    if "name" in checked and not checked["name"]:
        raise Invalid("An organisation has a name")
    return checked
