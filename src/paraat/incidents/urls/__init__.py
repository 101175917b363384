"""The addresses of reports, cases and what hangs on them; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
