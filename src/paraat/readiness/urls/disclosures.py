"""The addresses of researchers' reports: the public ones, and those of the team and the owners."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import disclosures, researchers

urlpatterns = [
    path("disclosure/", researchers.report, name="researcher_report"),
    path("disclosure/code/", researchers.code, name="researcher_code"),
    path("disclosure/receipt/<str:token>/", researchers.receipt, name="researcher_receipt"),
    path("disclosure/case/<str:token>/", researchers.case, name="researcher_case"),
    path("disclosures/", disclosures.listing, name="disclosures"),
    path("disclosures/<uuid:pk>/", disclosures.one, name="disclosure"),
    path("disclosures/<uuid:pk>/do/<slug:verb>/", disclosures.deed, name="disclosure_do"),
    path("disclosures/<uuid:pk>/finding/", disclosures.finding, name="disclosure_finding"),
]
