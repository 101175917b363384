"""The embedded engine: podman on this host."""

from __future__ import annotations

from paraat.cloud.drivers.podman.driver import Driver

__all__ = ["Driver"]
