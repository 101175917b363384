"""What every change of a tenant tells pages that are open.

Live topics: `tenants` and `tenant.<id>` (id: the tenant), and `organisation.<id>`. Whatever is recorded about a tenant tells them by itself; the
steps of the engine, which leave no line in the journal, tell them with `tenant_changed`.
"""

from __future__ import annotations

from uuid import UUID

from paraat.platform import live
from paraat.platform.facts import Recorded


def tenant_changed(tenant: UUID, organisation: UUID | None = None) -> None:
    """Tell open pages that a tenant changed, when the transaction commits."""
    changes: list[tuple[str, UUID | str]] = [("tenants", tenant), (f"tenant.{tenant}", tenant)]
    if organisation:
        changes.append((f"organisation.{organisation}", tenant))
    live.publish_many(changes)


def on_recorded(fact: Recorded) -> None:
    """The journal got a line about a tenant."""
    if fact.object_type == "tenant":
        tenant_changed(UUID(fact.object_id), fact.organisation)
