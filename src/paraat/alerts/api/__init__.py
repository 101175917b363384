"""Operations of the API about alerts, notices, calls, the outbox, coverage, and what gateways tell."""

from __future__ import annotations

from paraat.alerts.api import alerts, announcements, calls, coverage, gateway, notices, outbox, webhooks
from paraat.platform.api import Operations

operations = Operations()
for _part in (alerts, announcements, notices, calls, outbox, coverage, webhooks, gateway):
    operations.add_router("", _part.operations)
