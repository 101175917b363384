"""What webmail needs of a tenant, and a copy of its database (address books, identities, preferences) that is whole."""

from __future__ import annotations

import json

from paraat.cloud.access import Access
from paraat.cloud.workload import Prepared


def values(prepared: Prepared) -> dict[str, str]:
    """The organisation's name, its domain, and where a one-time code becomes a password."""
    name = prepared.names[prepared.languages[0]]
    tenant = {"name": f"Webmail {name}", "domain": prepared.domain, "account": account_page(prepared)}
    return {"WEBMAIL_TENANT": json.dumps(tenant, ensure_ascii=False)}


def account_page(prepared: Prepared) -> str:
    """Where somebody with a one-time code chooses a password."""
    return prepared.hosts.get("accounts") or f"https://account.{prepared.domain}"


def before_backup(access: Access) -> None:
    """A copy beside the database by SQLite's own backup: the file itself may be half written while it is read."""
    access.run("webmail", "/usr/local/bin/copy-database", "save", container="php")


def after_restore(access: Access) -> None:
    """The whole copy takes the place of the file that was copied while people worked."""
    access.run("webmail", "/usr/local/bin/copy-database", "restore", container="php")
