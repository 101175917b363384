"""How a service's `verify.py` and `hooks.py` reach the running service: addresses, accounts and commands, and nothing else of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paraat.cloud.workload import Prepared
from paraat.kernel.errors import ParaatError

VERIFIER = "verifier"
"""The login that verification uses in every service: its password is the tenant's secret SECRET_VERIFIER, its data are removed afterwards."""


class NotVerified(ParaatError):
    """The service does not do its work."""


class Reach(Protocol):
    """What of a driver (`drivers.base.Driver`) a service may use."""

    def address(self, tenant: str, service: str, port: str) -> tuple[str, int]:
        """Where this host reaches a port of a service."""
        ...

    def run(
        self, tenant: str, service: str, command: Sequence[str], *, stdin: bytes = b"", container: str = ""
    ) -> bytes:
        """The output of a command in a container of the service."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """One tenant's services, for a client that runs on this host."""

    prepared: Prepared
    reach: Reach
    bundle: Path | None = None  # a folder for what a hook writes, such as a dump

    def address(self, service: str, port: str = "http") -> tuple[str, int]:
        """Host and port of a service, such as ("10.201.0.4", 8080)."""
        return self.reach.address(self.prepared.tenant, service, port)

    def url(self, service: str, path: str = "/", port: str = "http") -> str:
        """An address on the service itself, behind the entrance, without TLS."""
        host, number = self.address(service, port)
        return f"http://{host}:{number}{path}"

    def run(self, service: str, *command: str, stdin: bytes = b"", container: str = "") -> bytes:
        """The output of a command in the service; NotVerified with its error output when it fails."""
        return self.reach.run(self.prepared.tenant, service, command, stdin=stdin, container=container)

    @property
    def password(self) -> str:
        """The verifier's password."""
        return self.prepared.secret("SECRET_VERIFIER")
