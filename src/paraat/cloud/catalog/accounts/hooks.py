"""What `accounts` needs of a tenant. Its claims are consistent at every moment: every file is replaced whole."""

from __future__ import annotations

import json
from dataclasses import asdict

from paraat.cloud.access import Access
from paraat.cloud.workload import Prepared

CODE_HOURS = 72
"""How long a one-time code counts after it came to the tenant. Issued anew it counts anew."""


def values(prepared: Prepared) -> dict[str, str]:
    """The accounts as the container reads them: hashes of codes, never a code."""
    known = {
        "domain": prepared.domain,
        "names": dict(prepared.names),
        "languages": list(prepared.languages),
        "hosts": dict(prepared.hosts),
        "code_hours": CODE_HOURS,
        "accounts": [asdict(account) for account in prepared.accounts],
    }
    return {"ACCOUNTS": json.dumps(known, ensure_ascii=False, sort_keys=True, indent=1)}


def after_restore(access: Access) -> None:
    """Make the others' files anew from the restored state: the tenant may have other accounts now, and another verifier."""
    access.run("accounts", "python3", "-m", "app.serve", "settle")
