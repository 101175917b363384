"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class AlertsConfig(ParaatConfig):
    """Labels the app `alerts`."""

    default = True
    name = "paraat.alerts"
    label = "alerts"
