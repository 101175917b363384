"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class WebConfig(ParaatConfig):
    """Labels the app `web`."""

    default = True
    name = "paraat.web"
    label = "web"
