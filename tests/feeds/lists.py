"""Small lists for the tests of feeds, and how they are brought."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from paraat.feeds import actions
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import Actor, ActorKind

BY = Actor(ActorKind.SYSTEM, None, "Duty officer")


def ddosia(**values: Any) -> Source:
    """A source of DDoSia lists."""
    return actions.add_source(slug="ddosia", title="DDoSia", format="ddosia", by=BY, **values)


def listed(*hosts: Any) -> bytes:
    """A DDoSia list of these hosts (text), or of these rows (anything else)."""
    rows = [
        {"host": host, "ip": "192.0.2.1", "port": 443, "method": "GET"} if isinstance(host, str) else host
        for host in hosts
    ]
    return json.dumps({"targets": rows}).encode()


def received(source: Source, content: bytes, name: str = "2024-10-08_14-40-04_list.json", **more: Any) -> Run:
    """The run of a list that came in, not yet read."""
    return actions.receive_file(source=source, stream=[content], file_name=name, origin=Run.Origin.CLI, by=BY, **more)


def brought(source: Source, hosts: Sequence[Any], **more: Any) -> Run:
    """The run of a list that came in and was read."""
    return actions.read_run(run=received(source, listed(*hosts), **more))
