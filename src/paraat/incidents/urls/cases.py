"""The addresses of cases, their triage, timeline, services, suppliers and helpers."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import affected, cases, merging, timeline, triage

urlpatterns = [
    path("cases/", cases.listing, name="cases"),
    path("cases/new/", cases.new, name="case_new"),
    path("cases/<uuid:pk>/", cases.one, name="case"),
    path("cases/<uuid:pk>/parts/", cases.parts, name="case_parts"),
    path("cases/<uuid:pk>/edit/", cases.edit, name="case_edit"),
    path("cases/<uuid:pk>/move/", cases.move, name="case_move"),
    path("cases/<uuid:pk>/merge/", merging.merge, name="case_merge"),
    path("cases/<uuid:pk>/split/", merging.split, name="case_split"),
    path("cases/<uuid:pk>/timeline/", timeline.add, name="case_timeline"),
    path("cases/<uuid:pk>/timeline/<uuid:entry>/", timeline.correct, name="case_correct"),
    path("cases/<uuid:pk>/services/", affected.service, name="case_service"),
    path("cases/<uuid:pk>/suppliers/", affected.supplier, name="case_supplier"),
    path("cases/<uuid:pk>/suppliers/<uuid:supplier>/release/", affected.supplier_release, name="case_supplier_release"),
    path("cases/<uuid:pk>/helpers/", affected.helper, name="case_helper"),
    path("cases/<uuid:pk>/helpers/<uuid:helper>/consent/", affected.consent, name="case_helper_consent"),
    path("cases/<uuid:pk>/helpers/<uuid:helper>/end/", affected.helper_end, name="case_helper_end"),
    path("reports/<uuid:pk>/triage/", triage.triage, name="report_triage"),
    path("reports/<uuid:pk>/triage/into/", triage.into, name="report_into"),
    path("reports/<uuid:pk>/triage/dismiss/", triage.dismiss, name="report_dismiss"),
]
