"""What the entrance reads: certificates with their keys, and nginx's configuration, as files by name."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from paraat.cloud import configuration
from paraat.cloud.drivers.base import Route
from paraat.cloud.entrance import nginx

FOLDER = "/etc/paraat/entrance"
"""Where the image looks for them."""


def listening() -> nginx.Listening:
    """Where the settings say it listens."""
    from paraat.cloud import ordering  # its libraries are for who orders

    return nginx.Listening(
        address=configuration.ENTRANCE.get(),
        ports=configuration.entrance(),
        http=configuration.HTTP_PORT.get(),
        thumbprint=ordering.thumbprint(),
    )


def files(
    targets: Iterable[tuple[Route, str]], where: nginx.Listening, relays: Iterable[nginx.Relay] = ()
) -> dict[str, str]:
    """Name -> content, for routes with their targets. A certificate's name is its digest, so that a new one is another file."""
    found: dict[str, str] = {}
    ways = []
    for route, target in targets:
        name = sha256((route.certificate + route.key).encode()).hexdigest()[:24]
        found |= {f"{name}.pem": route.certificate, f"{name}.key": route.key}
        ways.append(nginx.Way(route.kind, route.host.lower().rstrip("."), target, f"{FOLDER}/{name}.pem"))
    return found | {"nginx.conf": nginx.render(ways, where, relays)}
