"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class FeedsConfig(ParaatConfig):
    """Labels the app `feeds`."""

    default = True
    name = "paraat.feeds"
    label = "feeds"
