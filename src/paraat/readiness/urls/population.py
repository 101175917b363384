"""The addresses of the population."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import population, standing_ours

urlpatterns = [
    path("population/", population.page, name="population"),
    path("population/constituents/", population.listing, name="population_list"),
    path("population/lacking/", population.ranking, name="population_lacking"),
    path("population/ours/", standing_ours.ours, name="standing_ours"),
]
