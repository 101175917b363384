"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class ObservationsConfig(ParaatConfig):
    """Labels the app `observations`."""

    default = True
    name = "paraat.observations"
    label = "observations"
