"""The addresses of notes and hypotheses."""

from __future__ import annotations

from django.urls import path

from paraat.incidents.views import hypotheses, notes

urlpatterns = [
    path("cases/<uuid:pk>/notes/new/", notes.new, name="case_note_new"),
    path("cases/<uuid:pk>/notes/<uuid:note>/", notes.one, name="case_note"),
    path("cases/<uuid:pk>/notes/<uuid:note>/<int:number>/", notes.version, name="case_note_version"),
    path("cases/<uuid:pk>/notes/<uuid:note>/<int:number>/join/", notes.join, name="case_note_join"),
    path("hypotheses/", hypotheses.listing, name="hypotheses"),
    path("hypotheses/<uuid:pk>/", hypotheses.one, name="hypothesis"),
    path("hypotheses/<uuid:pk>/points/", hypotheses.point, name="hypothesis_point"),
    path("hypotheses/<uuid:pk>/assess/", hypotheses.assess, name="hypothesis_assess"),
    path("cases/<uuid:pk>/hypotheses/new/", hypotheses.new, name="hypothesis_new"),
]
