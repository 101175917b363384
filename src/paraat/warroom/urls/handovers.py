"""The addresses of the hand-over of a shift."""

from __future__ import annotations

from django.urls import path

from paraat.warroom.views import handovers

urlpatterns = [
    path("handover/", handovers.listing, name="handovers"),
    path("handover/make/", handovers.make, name="handover_make"),
    path("handover/<uuid:pk>/", handovers.one, name="handover"),
    path("handover/<uuid:pk>/take/", handovers.take, name="handover_take"),
]
