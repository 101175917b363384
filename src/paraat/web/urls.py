"""Every address of the house: ours, and those of the apps below, each in its own `urls.py`."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path
from django.views.i18n import set_language

from paraat.accounts.guard import public

_APPS = ("platform", "registry", "accounts", "observations", "feeds", "alerts")

urlpatterns = [
    path("i18n/setlang/", public(set_language), name="set_language"),
    path("accounts/", include("allauth.urls")),
    *(path("", include(f"paraat.{app}.urls")) for app in _APPS if find_spec(f"paraat.{app}.urls")),
]
