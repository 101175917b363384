"""What the emergency cloud subscribes to and registers with the platform."""

from __future__ import annotations

from paraat.cloud import (
    configuration,  # noqa: F401  # it declares the app's settings
    registered_screens,  # noqa: F401  # it registers
)
from paraat.cloud.happening import on_recorded
from paraat.platform.facts import Recorded, subscribe

# Tenants --------------------------------------------------------------------------------------------------------------------------
subscribe(Recorded)(on_recorded)
