"""The addresses of reports, the emergency page and requests for help."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import emergency, phoned, reports

urlpatterns = [
    path("emergency/", emergency.report, name="emergency"),
    path("emergency/<str:token>/", emergency.answer, name="emergency_answer"),
    path("reports/", reports.listing, name="reports"),
    path("reports/new/", phoned.new, name="report_new"),
    path("reports/<uuid:pk>/", reports.one, name="report"),
]
