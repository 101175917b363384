"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class RegistryConfig(ParaatConfig):
    """Labels the app `registry`."""

    default = True
    name = "paraat.registry"
    label = "registry"
