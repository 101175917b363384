"""The addresses of figures."""

from __future__ import annotations

from django.urls import path

from paraat.warroom.views import figures

urlpatterns = [
    path("figures/", figures.show, name="figures"),
    path("figures/export/", figures.export, name="figures_export"),
]
