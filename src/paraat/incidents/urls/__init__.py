"""The addresses of reports, cases and what hangs on them; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

from paraat.incidents.urls import cases, clocks, evidence, exchange, extortion, indicators, notes, reports, tasks

urlpatterns: list[URLPattern] = [
    *evidence.urlpatterns,
    *exchange.urlpatterns,
    *indicators.urlpatterns,
    *cases.urlpatterns,
    *clocks.urlpatterns,
    *reports.urlpatterns,
    *tasks.urlpatterns,
    *notes.urlpatterns,
    *extortion.urlpatterns,
]
