"""The addresses of reports, the emergency page and requests for help."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import emergency, phoned, reports, verifying

urlpatterns = [
    path("emergency/", emergency.report, name="emergency"),
    path("emergency/<str:token>/", emergency.answer, name="emergency_answer"),
    path("reports/", reports.listing, name="reports"),
    path("reports/new/", phoned.new, name="report_new"),
    path("reports/<uuid:pk>/", reports.one, name="report"),
    path("reports/<uuid:pk>/place/", verifying.place, name="report_place"),
    path("reports/<uuid:pk>/verify/", verifying.verify, name="report_verify"),
    path("reports/<uuid:pk>/codeword/", verifying.code_word, name="report_code_word"),
]
