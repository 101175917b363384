"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class ReadinessConfig(ParaatConfig):
    """Labels the app `readiness`."""

    default = True
    name = "paraat.readiness"
    label = "readiness"
