"""What programmes subscribe to and register with the platform."""

from __future__ import annotations

from paraat.readiness import configuration  # noqa: F401  # it declares the settings
