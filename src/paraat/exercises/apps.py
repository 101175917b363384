"""Django's name card of the app."""

from __future__ import annotations

from paraat.platform.app import ParaatConfig


class ExercisesConfig(ParaatConfig):
    """Labels the app `exercises`."""

    default = True
    name = "paraat.exercises"
    label = "exercises"
