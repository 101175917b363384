"""The addresses of frameworks and their editions, and of what hangs on them for one assessment."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import editions, frameworks

urlpatterns = [
    path("frameworks/", frameworks.listing, name="frameworks"),
    path("frameworks/import/", editions.take_in, name="framework_import"),
    path("frameworks/<uuid:pk>/", frameworks.edition, name="framework_edition"),
    path("frameworks/<uuid:pk>/print/", frameworks.printed, name="framework_print"),
    path("frameworks/<uuid:before>/to/<uuid:after>/", frameworks.difference, name="framework_difference"),
    path("frameworks/controls/<uuid:pk>/", frameworks.control, name="control"),
    path("assessments/<uuid:pk>/edition/", editions.along, name="assessment_edition"),
    path("assessments/<uuid:pk>/workbook/", editions.workbook, name="assessment_workbook"),
    path("assessments/<uuid:pk>/workbook/fill/", editions.fill, name="assessment_workbook_fill"),
]
