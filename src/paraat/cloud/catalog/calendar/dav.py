"""How our own requests say who they are."""

from __future__ import annotations

import base64

from paraat.cloud.access import VERIFIER, Access


def headers(access: Access, password: str | None = None) -> dict[str, str]:
    """The verifier's login."""
    pair = f"{VERIFIER}:{access.password if password is None else password}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
