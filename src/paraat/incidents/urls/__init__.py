"""The addresses of reports, cases and what hangs on them; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

from paraat.incidents.urls import reports

urlpatterns: list[URLPattern] = [*reports.urlpatterns]
