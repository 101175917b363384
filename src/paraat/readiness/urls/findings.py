"""The addresses of findings."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import finding_deeds as deeds
from paraat.readiness.views import findings as views

urlpatterns = [
    path("engagements/<uuid:pk>/findings/new/", deeds.new, name="finding_new"),
    path("findings/", views.listing, name="findings"),
    path("findings/patterns/", deeds.patterns, name="finding_patterns"),
    path("findings/patterns/<slug:pattern>/lesson/", deeds.lesson, name="finding_lesson"),
    path("findings/<uuid:pk>/", views.one, name="finding"),
    path("findings/<uuid:pk>/edit/", deeds.edit, name="finding_edit"),
    path("findings/<uuid:pk>/evidence/", deeds.evidence, name="finding_evidence"),
    path("findings/<uuid:pk>/evidence/<uuid:file>/", views.evidence, name="finding_file"),
    path("findings/<uuid:pk>/do/<slug:verb>/", deeds.deed, name="finding_do"),
]
