"""How our own WebDAV requests say who they are."""

from __future__ import annotations

import base64
import secrets
from ipaddress import IPv6Address

from paraat.cloud.access import VERIFIER, Access


def headers(access: Access, password: str | None = None) -> dict[str, str]:
    """The verifier's login, from an address of its own (RFC 3849): trying a wrong password must not lock out the entrance, whose address is ours."""
    pair = f"{VERIFIER}:{access.password if password is None else password}"
    address = IPv6Address(int(IPv6Address("2001:db8::")) + secrets.randbits(90))
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "X-Forwarded-For": str(address)}
