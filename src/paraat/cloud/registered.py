"""What the emergency cloud subscribes to and registers with the platform."""

from __future__ import annotations

from paraat.cloud import configuration  # noqa: F401  # it declares the app's settings
