"""Every address of the house: ours, and those of the apps below, each in its own `urls.py`."""

from __future__ import annotations

from django.urls import include, path

from paraat.web import api, figures, journal, views

_APPS = (
    "platform",
    "registry",
    "accounts",
    "observations",
    "feeds",
    "alerts",
    "incidents",
    "cloud",
    "warroom",
    "exercises",
    "readiness",
)

handler400 = "paraat.web.errors.bad_request"
handler403 = "paraat.web.errors.forbidden"
handler404 = "paraat.web.errors.not_found"
handler500 = "paraat.web.errors.broken"

urlpatterns = [
    path("", views.board, name="board"),
    path("board/parts/", views.board_parts, name="board_parts"),
    path("board/figures/", figures.figures, name="board_figures"),
    path("wall/", views.wall, name="wall"),
    path("wall/parts/", views.wall_parts, name="wall_parts"),
    path("search/", views.search, name="search"),
    path("journal/", journal.listing, name="journal"),
    path("language/", views.set_language, name="set_language"),
    *(path("", include(f"paraat.{app}.urls")) for app in _APPS),
    path("", include("paraat.web.first_minutes.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls()),
]
