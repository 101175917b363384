"""The addresses of the emergency cloud; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

from paraat.cloud.urls import data, drills, preparations, sheets, tenants

urlpatterns: list[URLPattern] = [
    *tenants.urlpatterns,
    *preparations.urlpatterns,
    *sheets.urlpatterns,
    *data.urlpatterns,
    *drills.urlpatterns,
]
