"""Addresses of feeds."""

from __future__ import annotations

from django.urls import path

from paraat.feeds.views import intake, quarantine, runs, sources

urlpatterns = [
    path("feeds/", intake.intake, name="feeds"),
    path("feeds/parts/", intake.intake_parts, name="feeds_parts"),
    path("feeds/upload/", intake.upload, name="feeds_upload"),
    path("feeds/paste/", intake.paste, name="feeds_paste"),
    path("feeds/sources/add/", sources.add, name="source_add"),
    path("feeds/sources/<slug:slug>/", sources.source, name="source"),
    path("feeds/sources/<slug:slug>/confirm/", sources.confirm, name="source_confirm"),
    path("feeds/<uuid:pk>/", runs.run, name="run"),
    path("feeds/<uuid:pk>/parts/", runs.run_parts, name="run_parts"),
    path("feeds/<uuid:pk>/file/", runs.run_file, name="run_file"),
    path("feeds/<uuid:pk>/again/", runs.run_again, name="run_again"),
    path("quarantine/", quarantine.listing, name="quarantine"),
    path("quarantine/decide/", quarantine.decide, name="quarantine_decide"),
    path("quarantine/<uuid:pk>/", quarantine.correct, name="quarantine_row"),
]
