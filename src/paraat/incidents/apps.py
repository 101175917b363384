"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class IncidentsConfig(ParaatConfig):
    """Labels the app `incidents`."""

    default = True
    name = "paraat.incidents"
    label = "incidents"
