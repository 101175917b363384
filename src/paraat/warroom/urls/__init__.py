"""The addresses of war rooms and what is in them; one file per noun."""

from __future__ import annotations

from django.urls import URLPattern

from paraat.warroom.urls import figures, handovers, rooms, sitreps, statements

urlpatterns: list[URLPattern] = [
    *rooms.urlpatterns,
    *statements.urlpatterns,
    *sitreps.urlpatterns,
    *handovers.urlpatterns,
    *figures.urlpatterns,
]
