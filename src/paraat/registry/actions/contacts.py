"""Contacts: who answers for an organisation, how to reach them, and when somebody else does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.actions import action, record
from paraat.registry.actions.channels import add_channel
from paraat.registry.models import Contact, Organisation

EDITABLE = ("role", "name", "languages", "pgp_key", "smime_certificate", "night", "nominated_by", "valid_until")


@action
def nominate_contact(
    *,
    organisation: Organisation,
    role: str,
    name: str,
    by: Actor,
    nominated_by: str,
    channels: Sequence[tuple[str, str]] = (),
    languages: Sequence[str] = (),
    **values: Any,
) -> Contact:
    """Put a contact on file as the head of administration (`nominated_by`) named it; then call once, and invite it to confirm.

    `channels`: (kind, address) in the order in which they are tried. Raises Invalid for an address that is none.
    """
    if not name.strip():
        raise Invalid("A contact has a name to ask for, or a role as its name")
    contact = Contact.objects.create(
        organisation=organisation,
        role=role,
        name=name.strip()[:200],
        languages=list(languages) or organisation.languages,
        nominated_by=nominated_by[:200],
        source="by hand",
        manual_fields=["channels", "languages", "name"],
        **{field: value for field, value in values.items() if field in EDITABLE},
    )
    for kind, address in channels:
        add_channel(contact=contact, kind=kind, address=address, by=by)
    record(
        "contact.nominate",
        by=by,
        on=contact,
        organisation=organisation.pk,
        detail={"role": role, "name": contact.name, "nominated_by": nominated_by},
    )
    return contact


@action
def change_contact(*, contact: Contact, by: Actor, **values: Any) -> list[str]:
    """Change fields by hand; the names of those that really changed. They win over every later import."""
    unknown = sorted(set(values) - set(EDITABLE))
    if unknown:
        raise Invalid("These fields cannot be edited", fields=unknown)
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
    if not changed:
        return []
    manual = sorted({*locked.manual_fields, *changed})
    Contact.objects.filter(pk=locked.pk).update(manual_fields=manual, **{name: values[name] for name in changed})
    record("contact.change", by=by, on=locked, organisation=locked.organisation_id, detail={"changed": changed})
    contact.refresh_from_db()
    return changed


@action
def end_contact(*, contact: Contact, on: date, by: Actor) -> None:
    """It answers until the day before `on`. Raises Conflict when it ended already."""
    if Contact.objects.filter(pk=contact.pk, valid_until=None).update(valid_until=on) != 1:
        raise Conflict("This contact has ended already")
    record("contact.end", by=by, on=contact, organisation=contact.organisation_id, detail={"on": on})
    contact.refresh_from_db()


@action
def set_absence(
    *, contact: Contact, since: datetime, until: datetime | None, by: Actor, replaced_by: Contact | None = None
) -> None:
    """Away from `since` until `until` (aware; None: until further notice): the ladder goes to `replaced_by`, else to the next in line."""
    if until is not None and until <= since:
        raise Invalid("The absence ends before it starts")
    if replaced_by is not None and (
        replaced_by.pk == contact.pk or replaced_by.organisation_id != contact.organisation_id
    ):
        raise Invalid("Somebody else of the same organisation replaces a contact")
    Contact.objects.filter(pk=contact.pk).update(away_from=since, away_until=until, replaced_by=replaced_by)
    detail = {"from": since, "until": until, "replaced_by": str(replaced_by.pk) if replaced_by else ""}
    record("contact.away", by=by, on=contact, organisation=contact.organisation_id, detail=detail)
    contact.refresh_from_db()


@action
def end_absence(*, contact: Contact, by: Actor) -> None:
    """Back again. Raises Conflict when it was not away."""
    away = Contact.objects.filter(pk=contact.pk, away_from__isnull=False)
    if away.update(away_from=None, away_until=None, replaced_by=None) != 1:
        raise Conflict()
    record("contact.back", by=by, on=contact, organisation=contact.organisation_id)
    contact.refresh_from_db()
