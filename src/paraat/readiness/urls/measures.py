"""The addresses of measures."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import measure_council, measure_deeds, measure_gaps, measure_suppliers, measures

urlpatterns = [
    path("measures/", measures.listing, name="measures"),
    path("measures/board/", measures.board, name="measures_board"),
    path("measures/new/", measure_deeds.new, name="measure_new"),
    path("measures/gaps/<uuid:assessment>/", measure_gaps.gaps, name="measure_gaps"),
    path("measures/council/<uuid:organisation>/", measure_council.page, name="measures_council"),
    path("measures/council/<uuid:organisation>/pdf/", measure_council.paper, name="measures_council_pdf"),
    path("measures/<uuid:pk>/", measures.one, name="measure"),
    path("measures/<uuid:pk>/edit/", measure_deeds.edit, name="measure_edit"),
    path("measures/<uuid:pk>/evidence/", measure_deeds.add_proof, name="measure_evidence"),
    path("measures/<uuid:pk>/evidence/<int:revision>/", measure_deeds.proof, name="measure_proof"),
    path("measures/<uuid:pk>/supplier/", measure_suppliers.link, name="measure_supplier"),
    path("measures/<uuid:pk>/<slug:deed>/", measure_deeds.deed, name="measure_deed"),
    path("supplier-measures/", measure_suppliers.listing, name="supplier_measures"),
    path("supplier-measures/new/", measure_suppliers.new, name="supplier_measure_new"),
    path("supplier-measures/<uuid:pk>/", measure_suppliers.one, name="supplier_measure"),
    path("supplier-measures/<uuid:pk>/answer/", measure_suppliers.answer, name="supplier_measure_answer"),
]
