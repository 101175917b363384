"""The addresses of the emergency cloud; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
