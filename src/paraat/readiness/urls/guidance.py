"""The addresses of the library of recommendations."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import guidance

urlpatterns = [
    path("guidance/", guidance.listing, name="guidance"),
    path("guidance/new/", guidance.new, name="recommendation_new"),
    path("guidance/<slug:key>/", guidance.one, name="recommendation"),
    path("guidance/<slug:key>/version/", guidance.new, name="recommendation_version"),
    path("guidance/<slug:key>/check/", guidance.check, name="recommendation_check"),
    path("guidance/<slug:key>/withdraw/", guidance.withdraw, name="recommendation_withdraw"),
]
