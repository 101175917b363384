"""Addresses for machines; for people see `web`."""

from __future__ import annotations

from django.urls import path

from paraat.platform import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("live-token", views.live_token, name="live-token"),
]
