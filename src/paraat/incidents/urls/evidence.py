"""The addresses of evidence."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import evidence

urlpatterns = [
    path("cases/<uuid:case>/evidence/", evidence.pieces, name="evidence"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/", evidence.one, name="evidence_piece"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/download/", evidence.download, name="evidence_download"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/verify/", evidence.verify, name="evidence_verify"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/hand-over/", evidence.hand_over, name="evidence_hand_over"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/destroy/", evidence.destroy, name="evidence_destroy"),
    path("cases/<uuid:case>/evidence/<uuid:pk>/custody.pdf", evidence.paper, name="evidence_paper"),
]
