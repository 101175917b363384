"""The addresses of drills."""

from __future__ import annotations

from django.urls import path

from paraat.cloud.views import drills

urlpatterns = [
    path("cloud/drills/", drills.listing, name="drills"),
    path("cloud/drills/claimed/", drills.claimed, name="drills_claimed"),
    path("cloud/drills/of/<uuid:pk>/", drills.of_organisation, name="drills_of"),
    path("cloud/drills/of/<uuid:pk>/new/", drills.new, name="drill_new"),
    path("cloud/drills/<uuid:pk>/", drills.one, name="drill"),
    path("cloud/drills/<uuid:pk>/certificate/", drills.certificate, name="drill_certificate"),
]
