"""The addresses of reports, cases and what hangs on them; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

from paraat.incidents.urls import cases, evidence, reports

urlpatterns: list[URLPattern] = [*evidence.urlpatterns, *cases.urlpatterns, *reports.urlpatterns]
