"""Addresses of observations: what waits for a person's yes or no."""

from __future__ import annotations

from django.urls import path

from paraat.observations.views import hosts, perhaps

urlpatterns = [
    path("perhaps/", perhaps.listing, name="perhaps"),
    path("perhaps/decide/", perhaps.decide, name="perhaps_decide"),
    path("unassigned/", hosts.listing, name="unassigned"),
    path("unassigned/decide/", hosts.decide, name="unassigned_decide"),
    path("unassigned/<uuid:pk>/", hosts.assign, name="unassigned_host"),
]
