"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class PlatformConfig(ParaatConfig):
    """Labels the app `platform`."""

    default = True
    name = "paraat.platform"
    label = "platform"
