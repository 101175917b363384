"""Messages that the tests send."""

from __future__ import annotations

from typing import Any

from paraat.kernel.ids import uuid7
from paraat.platform.channels.base import Outcome, Outgoing

TEXT = "Ronse staat op een doelwitlijst.\n\nBevestig: https://paraat.example/n/abc?x=1&y=2\n\nCode K7M-4PXT\n"
WAKE_UP = "Paraat: er is een melding voor Ronse. Bevestig: https://paraat.example/n/abc"


def outgoing(address: str = "spoc@ronse.example", **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {"subject": "Aangekondigde DDoS-aanval", "text": TEXT, "language": "nl", **changes}
    return Outgoing(uuid7(), address, **fields)


def batch(size: int, **changes: Any) -> list[Outgoing]:
    return [outgoing(f"spoc{number}@town{number}.example", **changes) for number in range(size)]


def by_address(sent: list[Outgoing], outcomes: list[Outcome]) -> dict[str, Outcome]:
    found = {outcome.delivery: outcome for outcome in outcomes}
    assert len(found) == len(outcomes) == len(sent), "every delivery has exactly one outcome"
    return {item.address: found[item.delivery] for item in sent}
