"""The addresses of what is prepared."""

from __future__ import annotations

from django.urls import path

from paraat.cloud.views import preparations

_ONE = "cloud/preparations/<uuid:pk>/"

urlpatterns = [
    path("cloud/preparations/", preparations.listing, name="preparations"),
    path(_ONE, preparations.one, name="preparation"),
    path(f"{_ONE}page/<str:name>", preparations.preview, name="preparation_page"),
    path(f"{_ONE}approve/", preparations.approve, name="preparation_approve"),
    path(f"{_ONE}look/", preparations.look, name="preparation_look"),
    path(f"{_ONE}save/<slug:part>/", preparations.save, name="preparation_save"),
]
