"""The intake as a whole: what its pages and its verbs work with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .clerks import Desk
from .form import Form, forms
from .hours import ZONE, Plan
from .limits import Limits
from .store import Store
from .tenant import Counter, Tenant
from .vault import Vault

Now = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """One town hall's intake, running."""

    tenant: Tenant
    vault: Vault
    store: Store
    desk: Desk
    limits: Limits
    now: Now

    def stamp(self) -> str:
        """The moment, as it is written down: local time with its offset, so that a day is a day of people."""
        return self.now().astimezone(ZONE).isoformat(timespec="seconds")

    def today(self) -> str:
        """The day at the counter."""
        return self.now().astimezone(ZONE).date().isoformat()

    def plan(self, connection: sqlite3.Connection, counter: str) -> Plan:
        """When a counter is open: as its clerks set it, else as it comes."""
        row = connection.execute("SELECT settings FROM counter WHERE key = ?", [counter]).fetchone()
        return Plan.from_json(json.loads(row["settings"])) if row else Plan()

    def offers(self, connection: sqlite3.Connection) -> dict[str, tuple[Form, Counter, bool]]:
        """Every form by name with the counter it goes to, and whether citizens are offered it."""
        kept = {row["form"]: row for row in connection.execute("SELECT form, counter, offered FROM offer")}
        known = {one.key: one for one in self.tenant.counters}
        found = {}
        for name, form in forms().items():
            row = kept.get(name)
            counter = known.get(row["counter"] if row else form.counter, self.tenant.counters[0])
            first = not self.tenant.forms or name in self.tenant.forms
            found[name] = (form, counter, bool(row["offered"]) if row else first)
        return found


def opened(tenant: Tenant, now: Now = _now) -> Office:
    """The intake of a tenant, its file still to be prepared."""
    vault = Vault(tenant.key)
    return Office(tenant, vault, Store(tenant.data), Desk(tenant, vault), Limits(), now)


def at(office: Office, now: Now) -> Office:
    """The same intake at another moment; for tests."""
    return replace(office, now=now)
