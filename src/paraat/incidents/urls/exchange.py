"""The addresses of case files."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import exchange

urlpatterns = [
    path("cases/import/", exchange.take_in, name="case_import"),
    path("cases/<uuid:case>/export/", exchange.export, name="case_export"),
]
