"""Signed HTTP messages, both ways, as the Standard Webhooks specification has it (headers webhook-id, -timestamp, -signature).

The signature is HMAC-SHA256 over `id.timestamp.body`, so neither the body nor the moment can be changed, and an old message is not taken
for a new one. Several secrets may be valid while one is being replaced.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from paraat.kernel.errors import NotAllowed

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be off, and how long a copied message could be replayed: the caller also refuses an id seen before."""


class BadSignature(NotAllowed):
    """This message was not signed with a secret that we know, or it is too old."""


def signed(identifier: str, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """The headers for a message of ours; `identifier` stays the same for every attempt."""
    moment = str(int(now.timestamp()))
    return {
        "webhook-id": identifier,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{_mac(identifier, moment, body, secret)}",
        "Idempotency-Key": identifier,
    }


def check(headers: Mapping[str, str], body: bytes, secrets: Iterable[bytes], now: datetime) -> str:
    """The id of a message that came in, after its signature and age were verified. Raises BadSignature. `now` is aware."""
    given = {name.lower(): value for name, value in headers.items()}
    identifier, moment = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not identifier or not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        raise BadSignature()
    if abs(now - datetime.fromtimestamp(int(moment), UTC)) > TOLERANCE:
        raise BadSignature("This message is too old, or a clock is wrong")
    claims = [
        claim.partition(",")[2] for claim in given.get("webhook-signature", "").split() if claim.startswith("v1,")
    ]
    expected = [_mac(identifier, moment, body, secret) for secret in secrets if secret]
    if not any(hmac.compare_digest(claim.encode(), mine.encode()) for claim in claims for mine in expected):
        raise BadSignature()
    return identifier


def _mac(identifier: str, moment: str, body: bytes, secret: bytes) -> str:
    return base64.b64encode(hmac.digest(secret, f"{identifier}.{moment}.".encode() + body, "sha256")).decode("ascii")
