"""Every address of the house: ours, and those of the apps below, each in its own `urls.py`."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

_APPS = ("platform", "registry", "accounts", "observations", "feeds", "alerts")

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    *(path("", include(f"paraat.{app}.urls")) for app in _APPS if find_spec(f"paraat.{app}.urls")),
]
