"""What the emergency cloud has on a person (GDPR articles 15 and 17): contacts who asked or were called back, and the call lists given to tenants.

Accounts are named after roles and hold nobody's data by themselves; the sheet asks for roles.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.cloud.models import Tenant
from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import action, record


def export_person(contact: UUID) -> dict[str, Any]:
    """Where a contact stands in a tenant."""
    return {
        "tenants": [
            {
                "number": tenant.number,
                "asked": tenant.requested_contact_id == contact,
                "called_back": tenant.called_back_to_id == contact,
                "call_list": [one for one in tenant.values.get("calls", ()) if one.get("contact") == str(contact)],
            }
            for tenant in _of(contact)
        ]
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Take a contact out of every tenant; how many. One that runs gets its call list anew by itself."""
    found = list(_of(contact))
    for tenant in found:
        kept = [one for one in tenant.values.get("calls", ()) if one.get("contact") != str(contact)]
        values = tenant.values | ({"calls": kept} if "calls" in tenant.values else {})
        fields = {
            name: None for name in ("requested_contact", "called_back_to") if getattr(tenant, f"{name}_id") == contact
        }
        Tenant.objects.filter(pk=tenant.pk).update(values=values, **fields)
        record("tenant.person", by=SYSTEM, on=tenant, organisation=tenant.organisation_id)
    return len(found)


def _of(contact: UUID) -> Any:
    listed = Q(values__calls__contains=[{"contact": str(contact)}])
    return Tenant.objects.filter(Q(requested_contact=contact) | Q(called_back_to=contact) | listed)
