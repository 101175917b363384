"""The addresses of reports, the emergency page and requests for help."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import phoned, reports

urlpatterns = [
    path("reports/", reports.listing, name="reports"),
    path("reports/new/", phoned.new, name="report_new"),
    path("reports/<uuid:pk>/", reports.one, name="report"),
]
