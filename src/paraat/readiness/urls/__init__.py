"""The addresses of this floor: one file per noun, each with `urlpatterns`; adding one edits no list."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    pattern
    for found in pkgutil.iter_modules(__path__)
    for pattern in import_module(f"{__name__}.{found.name}").urlpatterns
]
