"""Playbooks as they are read: those of the table, and the shipped ones that no action has brought there yet."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from paraat.incidents import playbooks as shipped
from paraat.incidents.models import Case, CaseSupplier, Playbook
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment

WITH_SUPPLIER = "supplier-compromise"
"""The taxonomy has no type for it: it is proposed as soon as a supplier is involved."""


def active_playbooks() -> list[Playbook]:
    """The version of each that new cases get, by key."""
    known = {row.key: row for row in Playbook.objects.filter(active=True)}
    return [known.get(key) or _unsaved(one) for key, one in sorted(_shipped(known).items())]


def versions_of(key: str) -> list[Playbook]:
    """Every version of a playbook, newest first; an empty list for an unknown key."""
    rows = list(Playbook.objects.filter(key=key).order_by("-version"))
    return rows or [_unsaved(one) for one in shipped.load().values() if one.key == key]


def proposed_for(case: Case, there: Collection[UUID | None]) -> list[Playbook]:
    """Playbooks that fit a case by its class or its suppliers and of which it has no task yet."""
    has_supplier = CaseSupplier.objects.filter(case=case).exists()
    fits = [
        one
        for one in active_playbooks()
        if case.classification in one.classifications or (has_supplier and one.key == WITH_SUPPLIER)
    ]
    used = set(Playbook.objects.filter(pk__in=[one for one in there if one]).values_list("key", flat=True))
    return [one for one in fits if one.key not in used]


def _shipped(known: dict[str, Playbook]) -> dict[str, shipped.Shipped | None]:
    return dict.fromkeys(known) | shipped.load()


def _unsaved(one: shipped.Shipped | None) -> Playbook:
    assert one is not None  # noqa: S101  # what is not in the table is shipped
    return Playbook(
        key=one.key,
        version=1,
        title=one.title,
        first_hour=one.first_hour,
        steps=[step.as_data() for step in one.steps],
        classifications=list(one.classifications),
        made_at=moment.now(),
        made_by=SYSTEM.label,
        shipped=one.version,
        active=True,
    )
