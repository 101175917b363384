"""What every app of the house does when Django starts: import its `registered.py`, if it has one."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class ParaatConfig(AppConfig):
    """An app of the house. `registered.py` holds what it registers with the platform: menu, checks, facts it subscribes to."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import `registered.py` of the app, whose import registers."""
        if find_spec(f"{self.name}.registered"):
            import_module(f"{self.name}.registered")
