"""The addresses of indicators."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import indicators

urlpatterns = [
    path("indicators/", indicators.listing, name="indicators"),
    path("indicators/review/", indicators.review, name="indicators_review"),
    path("indicators/<uuid:pk>/", indicators.one, name="indicator"),
    path("cases/<uuid:case>/indicators/", indicators.look, name="indicators_look"),
]
