"""What SMS and voice gateways tell: replies, key presses, what became of a message. Their signature says who they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from paraat.alerts import actions
from paraat.platform import configuration, moment, ratelimit
from paraat.platform.api import Answer, Operations
from paraat.platform.channels import inbound

operations = Operations(tags=["gateway"])
LARGEST = 64 * 1024


class Received(Answer):
    """Whether it was new."""

    new: bool


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["event"],
                    "properties": {
                        "event": {"type": "string", "enum": ["reply", "key", "status"]},
                        "from": {"type": "string"},
                        "text": {"type": "string"},
                        "digits": {"type": "string"},
                        "reference": {"type": "string", "format": "uuid"},
                        "status": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                }
            }
        },
    },
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ],
}


@operations.signed("/gateway/events", answer=Received, operation_id="gatewayEvent", openapi_extra=_BODY)
def gateway_event(request: HttpRequest) -> dict[str, Any]:
    """An event of an SMS or voice gateway, signed as the Standard Webhooks specification says with PARAAT_GATEWAY_SECRET. Twice is once."""
    ratelimit.count(f"gateway {ratelimit.caller(request)}", limit=3000, seconds=60)
    event = inbound.read(
        request.headers,
        request.body[:LARGEST],
        secrets=[secret.encode() for secret in configuration.GATEWAY_SECRET.get()],
        now=moment.now(),
        country=configuration.PHONE_COUNTRY.get(),
    )
    return {"new": actions.receive_event(event=event) is not None}
