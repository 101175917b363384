"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class WarroomConfig(ParaatConfig):
    """Labels the app `warroom`."""

    default = True
    name = "paraat.warroom"
    label = "warroom"
