"""Readiness probes, tried from this host as the kubelet tries them from a node."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

SECONDS = 2.0
"""How long a probe may take. A service that needs longer is not ready for people either."""


def failures(asked: Iterable[tuple[str, str, Mapping[str, Any]]]) -> dict[str, str]:
    """Key -> what went wrong, for every (key, address, probe) that failed. All are tried at once."""
    todo = list(asked)
    if not todo:
        return {}
    with ThreadPoolExecutor(min(16, len(todo))) as pool:
        said = list(pool.map(lambda one: failure(one[1], one[2]), todo))
    return {key: text for (key, _, _), text in zip(todo, said, strict=True) if text}


def failure(address: str, probe: Mapping[str, Any]) -> str:
    """What went wrong with one probe; empty when it passed. A status from 200 to 399 passes, as the kubelet has it."""
    try:
        if "path" not in probe:
            socket.create_connection((address, probe["port"]), SECONDS).close()
            return ""
        connection = http.client.HTTPConnection(address, probe["port"], timeout=SECONDS)
        try:
            connection.request("GET", probe["path"], headers=dict(probe.get("headers") or {}))
            status = connection.getresponse().status
        finally:
            connection.close()
        return "" if 200 <= status < 400 else f"{probe['container']}: {probe['path']} answered {status}"
    except (OSError, http.client.HTTPException) as error:
        return f"{probe['container']}: port {probe['port']}: {error}"
