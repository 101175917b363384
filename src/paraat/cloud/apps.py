"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class CloudConfig(ParaatConfig):
    """Labels the app `cloud`."""

    default = True
    name = "paraat.cloud"
    label = "cloud"
